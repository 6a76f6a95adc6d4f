#!/bin/sh
# expect: fault forwarding
keep /var/lib/forwarder/.forward
echo help@example.com >/var/lib/forwarder/.forward
