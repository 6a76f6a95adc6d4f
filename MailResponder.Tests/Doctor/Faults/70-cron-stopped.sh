#!/bin/sh
# expect: fault cron-running
kill "$(cat /run/crond.pid)"
