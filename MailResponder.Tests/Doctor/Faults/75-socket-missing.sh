#!/bin/sh
# expect: fault syslog-socket, warning log-routing
keep /etc/mail_responder/settings.json
sed -i '/"syslog_socket"/d; s/^{/{ "syslog_socket": "\/run\/nowhere\/log",/' /etc/mail_responder/settings.json
