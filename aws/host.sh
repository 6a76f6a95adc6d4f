#!/bin/sh
# host.sh - makes an instance of the group of autoscaling.yaml a working responder
#
# usage: host.sh [--print-settings]
#
# Run as root by the instance's user data, out of the unpacked release, with the group's parameters in the environment:
# GROUP AWS_DEFAULT_REGION DRAIN_HOURS DOMAINS (spaces between them) HOST_NAME RESPONSE_FROM BOUNCE_ADDRESS SUPPORT
# DKIM_SELECTOR SES_REGION BOOK_BUCKET BOOK_KEY DATABASE_HOST DATABASE_PORT SECRETS_PATH RELEASE_BUCKET and, when the
# database's certificate is not signed by an authority of the system, DATABASE_CA_KEY; and, when replies belong to a
# configuration set of SES, CONFIGURATION_SET; and, when the host takes bounces and complaints from a queue
# (docs/feedback.md), FEEDBACK_TOPIC and FEEDBACK_QUEUE, its URL; and, when the book is signed (docs/signing.md),
# SIGNED_BY, with a comma between two keys.
#
# What all hosts share comes from Parameter Store with the instance's role: address.key, dkim.key and database.password
# below SECRETS_PATH. The rest is install.sh. Needs the AWS CLI. --print-settings prints the settings file and changes
# nothing. Exit status: 0 when the host can answer a message; else it must get none, and what is wrong was said.
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
  // opendkim and opendmarc of install.sh write what they find about senders under this name.
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
  // One of the hosts mails the day's figures of all.
  "statistics": { "to": "$SUPPORT" },
  "syslog_socket": "/var/spool/postfix/dev/log"
}
END
}

# RDS has authorities of its own, which no system knows.
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
  # Not in a pipe, which would hide a failure.
  value=$(aws ssm get-parameter --with-decryption --name "$SECRETS_PATH/$1" --query Parameter.Value --output text)
  printf '%s\n' "$value" >"$etc/$1"
}

as_responder() {
  (cd / && exec setpriv --reuid="$user" --regid="$user" --init-groups --reset-env /usr/local/bin/responder "$@")
}

# install.sh keeps what it finds: the settings count as edited, the keys as made.
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
  # install.sh gets no --database mysql, which would install a server.
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -qy curl nftables
  set --
  for domain in $DOMAINS; do set -- "$@" --domain "$domain"; done
  if [ -n "${FEEDBACK_QUEUE:-}" ]; then set -- "$@" --feedback-queue "$FEEDBACK_QUEUE"; fi
  # An image may have been made without the filters.
  "$root/install.sh" "$@" --authentication --hostname "$HOST_NAME" --from "$RESPONSE_FROM" --support "$SUPPORT" \
    --ses-region "$SES_REGION"
}

# The role's credentials are not for every user of this host. After nftables.service, which begins with an empty
# ruleset.
guard_credentials() {
  cat >/etc/systemd/system/mail_responder-metadata.service <<END
# Made by aws/host.sh.
[Unit]
Description=Keeps the credentials of the instance's role from other users
After=nftables.service
PartOf=nftables.service
Before=network.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f $root/aws/metadata.nft

[Install]
WantedBy=multi-user.target
END
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
# A host that has no book, or one with a fault, would keep all its mail waiting: better none comes here. A pull that
# finds the book as install.sh left it is quick.
as_responder config pull
as_responder config check
as_responder database status
watch_for_the_end
postfix status
