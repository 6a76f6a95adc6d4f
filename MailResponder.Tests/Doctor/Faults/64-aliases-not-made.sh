#!/bin/sh
# expect: fault aliases
keep /etc/aliases.db
rm /etc/aliases.db
