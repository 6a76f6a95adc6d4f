#!/bin/sh
# expect: fault postfix-bounces
keep /etc/postfix/command_filter
cat >/etc/postfix/command_filter <<'END'
/^(RCPT[[:space:]]+TO:.*[[:space:]])NOTIFY=[^[:space:]]*(.*)$/   ${1}NOTIFY=NEVER${2}
/^(RCPT[[:space:]]+TO:.*)$/   ${1} NOTIFY=NEVER
END
