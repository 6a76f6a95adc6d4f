#!/bin/sh
# expect: fault postfix-route, warning bounce-route
# mended by its remedies
keep /etc/postfix/main.cf
postconf -X transport_maps
