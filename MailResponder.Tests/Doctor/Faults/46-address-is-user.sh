#!/bin/sh
# expect: fault book-addresses
keep /etc/passwd
echo 'get:x:4711:4711::/nonexistent:/usr/sbin/nologin' >>/etc/passwd
