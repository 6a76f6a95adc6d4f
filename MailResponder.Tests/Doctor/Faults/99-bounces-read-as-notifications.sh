#!/bin/sh
# expect: warning bounce-route
keep /etc/postfix/master.cf
# Of two lines for one service, Postfix uses the last.
printf 'feedback unix - n n - 1 pipe\n  user=mail_responder argv=/usr/local/bin/responder feedback -\n' \
  >>/etc/postfix/master.cf
