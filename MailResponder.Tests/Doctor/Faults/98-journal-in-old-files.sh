#!/bin/sh
# expect: warning journal
keep /etc/systemd/journald.conf.d/mail_responder.conf
sed -i /MaxFileSec/d /etc/systemd/journald.conf.d/mail_responder.conf
