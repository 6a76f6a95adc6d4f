#!/bin/sh
# expect: fault postfix-running
postfix stop
