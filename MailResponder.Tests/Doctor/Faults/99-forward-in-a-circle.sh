#!/bin/sh
# expect: fault forwarding
keep /var/lib/forwarder/.forward
echo support@example.com >/var/lib/forwarder/.forward
