#!/bin/sh
# expect: warning bounce-route alone
keep /etc/aliases
keep /etc/aliases.db
sed -i "s/^bounces:.*/bounces: team@example.net/" /etc/aliases
newaliases
