#!/bin/sh
# expect: fault postfix-route
keep /etc/postfix/main.cf
postconf -X transport_maps
