#!/bin/sh
# expect: warning forwarding
keep /var/lib/forwarder/.forward
rm /var/lib/forwarder/.forward
