#!/bin/sh
# expect: fault book-addresses
keep /etc/aliases
keep /etc/aliases.db
echo 'get: root' >>/etc/aliases
newaliases
