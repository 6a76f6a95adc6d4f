#!/bin/sh
# guard.sh - lets systemd start, reload, restart and stop nftables.service, and looks for the guard (MetadataTests.cs)
#
# usage: unshare --mount --pid --net --fork --kill-child --mount-proc sh guard.sh AWS
#
# AWS is the folder with metadata.nft and mail_responder-metadata.service. In these namespaces runs a systemd of its own
# as a user's manager, which needs no boot. Its nftables.service does what Debian's does, with another ruleset and a
# slow reload. Prints after each action whether the ruleset has the guard.
set -eu

mount -t tmpfs none /run
mkdir -p /run/systemd/system
umount --lazy /sys/fs/cgroup
mount -t tmpfs none /sys/fs/cgroup
mkdir /sys/fs/cgroup/systemd
mount -t cgroup -o none,name=systemd none /sys/fs/cgroup/systemd

export XDG_RUNTIME_DIR=/run/home HOME=/run/home XDG_CONFIG_HOME=/run/home/.config
units=$XDG_CONFIG_HOME/systemd/user
mkdir -p "$units"
sed "s|/etc/mail_responder|$1|" "$1/mail_responder-metadata.service" >"$units/mail_responder-metadata.service"
printf 'flush ruleset\ntable inet filter\n' >/run/nftables.conf
cat >"$units/nftables.service" <<END
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f /run/nftables.conf
ExecReload=/bin/sleep 0.3
ExecReload=/usr/sbin/nft -f /run/nftables.conf
ExecStop=/usr/sbin/nft flush ruleset
END
echo '[Unit]' >"$units/idle.target"

/lib/systemd/systemd --user --unit=idle.target --log-target=null &
until systemctl --user is-active --quiet idle.target 2>/dev/null; do sleep 0.1; done
systemctl --user enable --quiet mail_responder-metadata.service
for action in start reload restart stop start; do
  systemctl --user "$action" nftables.service
  # The guard's own job may still run.
  while systemctl --user list-jobs | grep -q '\.service'; do sleep 0.1; done
  nft list table inet mail_responder_metadata >/dev/null 2>&1 && state=guarded || state=open
  echo "$action: $state"
done
