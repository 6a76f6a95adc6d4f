#!/bin/sh
# expect: fault program alone
# mended by its remedies
keep /usr/local/bin/responder
chgrp mail_responder /usr/local/bin/responder
chmod 775 /usr/local/bin/responder
