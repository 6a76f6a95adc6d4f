#!/bin/sh
# expect: fault forwarding
keep /etc/aliases
keep /etc/aliases.db
echo 'www-data: webmaster@example.com' >>/etc/aliases
newaliases
