#!/bin/sh
# expect: fault program
chmod 777 /usr/local/bin/responder
at_end chmod 755 /usr/local/bin/responder
