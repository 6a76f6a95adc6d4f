#!/bin/sh
# expect: warning last-deferral
keep /var/log/mail_responder.log
echo "$(date +%Y-%m-%dT%H:%M:%S.000000+00:00) mail mail_responder[1]: deferred reason=database address=get@example.com replies=0 ms=3 queue_id=4cXyZ12345z9" >>/var/log/mail_responder.log
