#!/bin/sh
# expect: warning last-deferral
keep /var/log/mail_responder-events.log
cat >>/var/log/mail_responder-events.log <<END
{"time":"$(date -u +%Y-%m-%dT%H:%M:%SZ)","result":"deferred","reason":"database","address":"get@example.com",\
"replies":0,"ms":3,"queue_id":"4cXyZ12345z9","receipts":[],"problem":"the disk is full"}
END
