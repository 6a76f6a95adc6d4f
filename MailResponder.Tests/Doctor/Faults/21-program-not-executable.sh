#!/bin/sh
# expect: fault program
keep /usr/local/bin/responder
chmod 700 /usr/local/bin/responder
