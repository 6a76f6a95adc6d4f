#!/bin/sh
# expect: warning host-name
keep /etc/mailname
echo mx.example.net >/etc/mailname
