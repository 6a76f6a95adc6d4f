#!/bin/sh
# expect: warning user
keep /etc/passwd
sed -i '/^mail_responder:/s|:[^:]*$|:/bin/bash|' /etc/passwd
