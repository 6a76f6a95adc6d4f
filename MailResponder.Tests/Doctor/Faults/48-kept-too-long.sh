#!/bin/sh
# expect: fault postfix-queue-time
keep /etc/postfix/main.cf
postconf -e maximal_queue_lifetime=10d
