#!/bin/sh
# expect: warning host-address
keep /etc/postfix/main.cf
postconf -e myhostname=other.example.com
