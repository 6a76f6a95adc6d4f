#!/bin/sh
# expect: fault smtp-port
iptables -A INPUT -p tcp --dport 25 -j REJECT
at_end iptables -D INPUT 1
at_end nft delete table ip filter
