#!/bin/sh
# expect: warning aliases
keep /etc/aliases
keep /etc/aliases.db
sed -i '/^postmaster:/d' /etc/aliases
newaliases
