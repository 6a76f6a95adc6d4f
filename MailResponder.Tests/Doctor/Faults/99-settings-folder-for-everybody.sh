#!/bin/sh
# expect: fault keys, fault file-modes
chmod 777 /etc/mail_responder
at_end chmod 750 /etc/mail_responder
