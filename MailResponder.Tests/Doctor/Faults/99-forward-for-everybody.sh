#!/bin/sh
# expect: fault forwarding
keep /var/lib/forwarder/.forward
chmod 666 /var/lib/forwarder/.forward
