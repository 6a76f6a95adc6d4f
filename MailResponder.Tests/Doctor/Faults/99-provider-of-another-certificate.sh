#!/bin/sh
# expect: warning reply-tls
# The MX record of gmail.com leads to a host that is not Google's, but tls_policy requires Google's certificate.
keep /var/log/mail.log
keep /var/log/mail_responder.log
keep /var/log/mail_responder-events.log
keep /var/lib/mail_responder/responder.db
keep /var/lib/mail_responder/postfix-log/postfix-log.db
at_end postsuper -d ALL
for person in 1 2 3 4 5; do
  printf 'From: zahra.%s@gmail.com\nTo: get@example.com\nSubject: x\n\nx\n' "$person" |
    sendmail -f "zahra.$person@gmail.com" get@example.com
done
for _ in $(seq 100); do
  if [ "$(grep -c 'dsn=4.7.5.* status=deferred (.*Server certificate not' /var/log/mail.log)" -ge 5 ]; then break; fi
  sleep 0.2
done
