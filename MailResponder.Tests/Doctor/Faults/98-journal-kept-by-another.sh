#!/bin/sh
# expect: warning journal
keep /etc/systemd/journald.conf.d/zz.conf
printf '[Journal]\nMaxRetentionSec=1month\n' >/etc/systemd/journald.conf.d/zz.conf
