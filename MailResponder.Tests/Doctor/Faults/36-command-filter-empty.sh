#!/bin/sh
# expect: fault postfix-bounces
keep /etc/postfix/command_filter
echo '# nothing' >/etc/postfix/command_filter
