#!/bin/sh
# host.sh - turns an instance of the group of autoscaling.yaml into a working responder
#
# usage: host.sh [--print-settings]
#
# The instance's user data run this as root, from the unpacked release, with the group's parameters in the environment:
# GROUP AWS_DEFAULT_REGION DRAIN_HOURS DOMAINS (separated by spaces) HOST_NAME RESPONSE_FROM BOUNCE_ADDRESS SUPPORT
# DKIM_SELECTOR SES_REGION BOOK_BUCKET BOOK_KEY DATABASE_HOST DATABASE_PORT SECRETS_PATH RELEASE_BUCKET. Optional:
# DATABASE_CA_KEY, if no certificate authority of the system signs the database's certificate; CONFIGURATION_SET, if
# replies belong to a configuration set of SES; FEEDBACK_TOPIC and FEEDBACK_QUEUE (its URL), if the host fetches bounces
# and complaints from a queue (docs/feedback.md); SIGNED_BY, if the book is signed (docs/signing.md), with a comma
# between two keys.
#
# The shared secrets come from Parameter Store with the instance's role: address.key, dkim.key and database.password
# below SECRETS_PATH. install.sh does the rest. Needs the AWS CLI. --print-settings prints the settings file and changes
# nothing. Exit status: 0 if the host can answer messages. Otherwise it must get none; the error was printed.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
etc=/etc/mail_responder
home=/var/lib/mail_responder
user=mail_responder

settings() {
  cat <<END
// Settings of this host, made by aws/host.sh from the parameters of the stack $GROUP. Change them there.
{
  "response_from": "$RESPONSE_FROM",
  "bounce_address": "$BOUNCE_ADDRESS",
  "own_domains": ["$(echo "$DOMAINS $HOST_NAME localhost.${HOST_NAME#*.}" | sed 's/ /", "/g')"],

  "response_book": "$home/responses.json",
  "files_root": "$home/files",
  "postfix_maps": "$home/postfix",
  // opendkim and opendmarc of install.sh write their results about senders under this name.
  "authserv_id": "$HOST_NAME",
  "s3": { "region": "$AWS_DEFAULT_REGION", "book_bucket": "$BOOK_BUCKET", "book_key": "$BOOK_KEY" },$(signed_by)

  "address_key_file": "$etc/address.key",
  "database": {
    "mysql": {
      "server": "$DATABASE_HOST",
      "port": $DATABASE_PORT,
      "user": "mail_responder",
      "password_file": "$etc/database.password",$(authorities)
      "database": "mail_responder"
    }
  },

  "send_method": "ses",
  "ses": { "region": "$SES_REGION"$(configuration_set) },
  "dkim": { "domain": "${RESPONSE_FROM##*@}", "selector": "$DKIM_SELECTOR", "key_file": "$etc/dkim.key" },

  "metrics": { "region": "$AWS_DEFAULT_REGION" },$(feedback)
  // One of the hosts mails the day's figures of all hosts.
  "statistics": { "to": "$SUPPORT" },
  "syslog_socket": "/var/spool/postfix/dev/log"
}
END
}

# RDS uses its own certificate authorities, which no system trusts by default.
authorities() {
  if [ -n "${DATABASE_CA_KEY:-}" ]; then printf '\n      "ssl_ca": "%s",' "$etc/database-ca.pem"; fi
}

signed_by() {
  if [ -n "${SIGNED_BY:-}" ]; then printf '\n  "signed_by": ["%s"],' "$(echo "$SIGNED_BY" | sed 's/,/", "/')"; fi
}

configuration_set() {
  if [ -n "${CONFIGURATION_SET:-}" ]; then printf ', "configuration_set": "%s"' "$CONFIGURATION_SET"; fi
}

feedback() {
  if [ -n "${FEEDBACK_TOPIC:-}" ]; then printf '\n  "feedback": { "topic": "%s" },' "$FEEDBACK_TOPIC"; fi
}

secret() {
  # Not in a pipeline, which would hide a failure.
  value=$(aws ssm get-parameter --with-decryption --name "$SECRETS_PATH/$1" --query Parameter.Value --output text)
  printf '%s\n' "$value" >"$etc/$1"
}

as_responder() {
  (cd / && exec setpriv --reuid="$user" --regid="$user" --init-groups --reset-env /usr/local/bin/responder "$@")
}

# install.sh keeps these files: it treats the settings as edited, and never replaces keys.
put_settings() {
  id "$user" >/dev/null 2>&1 ||
    useradd --system --user-group --home-dir "$home" --no-create-home --shell /usr/sbin/nologin "$user"
  mkdir -p "$etc"
  chown "root:$user" "$etc"
  chmod 750 "$etc"
  umask 027
  for name in address.key dkim.key database.password; do secret "$name"; done
  if [ -n "${DATABASE_CA_KEY:-}" ]; then
    aws s3 cp --only-show-errors "s3://$RELEASE_BUCKET/$DATABASE_CA_KEY" "$etc/database-ca.pem"
  fi
  settings >"$etc/settings.json"
  chown "root:$user" "$etc"/*
  chmod 640 "$etc"/*
  umask 022
}

install_release() {
  # Without --database mysql, which would install a server.
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -qy curl nftables
  set --
  for domain in $DOMAINS; do set -- "$@" --domain "$domain"; done
  if [ -n "${FEEDBACK_QUEUE:-}" ]; then set -- "$@" --feedback-queue "$FEEDBACK_QUEUE"; fi
  # --authentication, because the image may have been made without the filters.
  "$root/install.sh" "$@" --authentication --hostname "$HOST_NAME" --from "$RESPONSE_FROM" --support "$SUPPORT" \
    --ses-region "$SES_REGION"
}

# Keeps the role's credentials from other users of this host.
guard_credentials() {
  install -m 644 "$root/aws/metadata.nft" "$etc/metadata.nft"
  install -m 644 "$root/aws/mail_responder-metadata.service" /etc/systemd/system/mail_responder-metadata.service
  systemctl daemon-reload
  systemctl enable --now mail_responder-metadata.service
}

watch_for_the_end() {
  cat >/etc/systemd/system/mail_responder-drain.service <<END
# Made by aws/host.sh.
[Unit]
Description=Empties the mail queue before this instance is terminated
After=network-online.target

[Service]
Environment=AWS_DEFAULT_REGION=$AWS_DEFAULT_REGION PATH=$PATH
ExecStart=$root/aws/drain.sh $GROUP terminating $DRAIN_HOURS
Restart=on-failure
RestartSec=30

[Install]
WantedBy=multi-user.target
END
  systemctl daemon-reload
  systemctl enable --now mail_responder-drain.service
}

if [ "${1:-}" = --print-settings ]; then
  settings
  exit
fi
put_settings
install_release
guard_credentials
# A host with no book, or with a faulty one, would defer all its mail: it should get none. The pull is quick if the book
# is as install.sh left it.
as_responder config pull
as_responder config check
as_responder database status
watch_for_the_end
postfix status
