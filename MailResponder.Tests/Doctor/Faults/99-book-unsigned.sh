#!/bin/sh
# expect: fault signature, warning attachments
keep /etc/mail_responder/settings.json
sed -i 's|^{|{ "signed_by": ["RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"],|' \
  /etc/mail_responder/settings.json
