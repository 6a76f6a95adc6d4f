#!/bin/sh
# expect: fault program alone
# mended by its remedies
keep /usr/local/bin/responder
chown mail_responder /usr/local/bin/responder
