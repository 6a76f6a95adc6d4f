#!/bin/sh
# expect: warning bounce-route alone
keep /etc/postfix/main.cf
postconf -e 'transport_maps=inline:{ mail_responder@localhost=responder:, probe.invalid=discard: }'
