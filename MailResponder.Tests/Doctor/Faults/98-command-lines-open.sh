#!/bin/sh
# expect: warning command-lines
keep /etc/passwd
echo 'zoe:x:1234:1234::/home/zoe:/bin/bash' >>/etc/passwd
