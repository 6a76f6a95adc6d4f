#!/bin/sh
# expect: fault outgoing-tls alone
keep /etc/postfix/main.cf
smtp-sink -u postfix 127.0.0.2:2526 10 >/dev/null 2>&1 </dev/null &
at_end kill "$!"
for _ in $(seq 50); do
  if grep -q ':09DE .* 0A ' /proc/net/tcp; then break; fi
  sleep 0.1
done
postconf -e 'relayhost=[127.0.0.2]:2526'
