#!/bin/sh
# expect: fault smtp-port
nft add table inet few
nft 'add chain inet few in { type filter hook input priority 0; policy drop; }'
nft add rule inet few in iif lo accept
nft add rule inet few in ct state established,related accept
nft add rule inet few in tcp dport '{ 22, 80-443 }' accept
# Answers from the name server belong to established connections. Queries to a name server on this host are new ones.
nft add rule inet few in udp dport 53 accept
at_end nft delete table inet few
