#!/bin/sh
# expect: warning dns
keep /etc/resolv.conf
echo 'nameserver 192.0.2.99' >/etc/resolv.conf
