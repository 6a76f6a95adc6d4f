#!/bin/sh
# expect: fault smtp-port
nft add table inet few
nft 'add chain inet few in { type filter hook input priority 0; policy drop; }'
nft add rule inet few in iif lo accept
nft add rule inet few in ct state established,related accept
nft add rule inet few in tcp dport '{ 22, 80-443 }' accept
# The name server's answers are established; those that a daemon asks for are new to it.
nft add rule inet few in udp dport 53 accept
at_end nft delete table inet few
