#!/bin/sh
# expect: fault smtp-port
nft add table inet closed
nft 'add chain inet closed in { type filter hook input priority 0; }'
nft add rule inet closed in tcp dport '{ 25, 587 }' drop
at_end nft delete table inet closed
