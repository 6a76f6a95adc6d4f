#!/bin/sh
# expect: fault sending
keep /usr/sbin/postdrop
chmod g-s /usr/sbin/postdrop
