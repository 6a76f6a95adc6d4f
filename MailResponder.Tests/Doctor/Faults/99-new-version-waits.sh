#!/bin/sh
# expect: warning install
keep /etc/postfix/header_checks.new
cp /etc/postfix/header_checks /etc/postfix/header_checks.new
