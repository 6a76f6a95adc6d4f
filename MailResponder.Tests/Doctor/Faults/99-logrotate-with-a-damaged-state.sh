#!/bin/sh
# expect: warning logrotate-state
keep /var/lib/logrotate/status
echo nonsense >/var/lib/logrotate/status
