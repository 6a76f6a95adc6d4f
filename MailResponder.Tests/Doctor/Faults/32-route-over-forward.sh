#!/bin/sh
# expect: warning postfix-route
# The old set-up: local(8) reads .forward, two messages at a time.
keep /etc/postfix/main.cf
postconf -X transport_maps
keep /var/lib/mail_responder/.forward
echo '"|/usr/local/bin/responder"' >/var/lib/mail_responder/.forward
