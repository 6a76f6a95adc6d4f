#!/bin/sh
# expect: fault user
keep /etc/passwd
sed -i '/^mail_responder:/d' /etc/passwd
