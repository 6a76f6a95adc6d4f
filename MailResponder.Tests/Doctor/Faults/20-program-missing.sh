#!/bin/sh
# expect: fault program
keep /usr/local/bin/responder
rm /usr/local/bin/responder
