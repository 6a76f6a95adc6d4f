#!/bin/sh
# expect: fault outgoing-tls
keep /etc/ssl/certs/ca-certificates.crt
rm /etc/ssl/certs/ca-certificates.crt
