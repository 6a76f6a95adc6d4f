#!/bin/sh
# expect: warning journal
keep /etc/systemd/journald.conf.d/mail_responder.conf
rm /etc/systemd/journald.conf.d/mail_responder.conf
