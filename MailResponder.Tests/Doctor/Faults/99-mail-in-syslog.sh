#!/bin/sh
# expect: warning log-retention
keep /var/log/syslog
echo "$(date +%Y-%m-%dT%H:%M:%S.000000+00:00) mail postfix/qmgr[1]: 4cXyZ12345z9:" \
  "from=<somebody@freemail.test>, size=1, nrcpt=1" >>/var/log/syslog
