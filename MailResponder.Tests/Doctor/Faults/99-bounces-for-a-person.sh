#!/bin/sh
# expect: warning bounce-route alone
keep /etc/aliases
sed -i "s/^bounces:.*/bounces: team@example.net/" /etc/aliases
newaliases
