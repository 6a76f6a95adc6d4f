#!/bin/sh
# expect: fault outgoing-tls
keep /etc/postfix/tls_policy
rm /etc/postfix/tls_policy
