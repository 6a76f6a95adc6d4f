#!/bin/sh
# expect: warning aliases
keep /etc/aliases
touch -d '+1 minute' /etc/aliases
