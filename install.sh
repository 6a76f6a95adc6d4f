#!/bin/sh
# install.sh - from a bare Debian 12 or Ubuntu 22.04/24.04 server to a working responder (the packages only, so far)
set -eu

# make-root.sh reads these three lines.
packages="postfix ssl-cert rsyslog cron logrotate chrony ca-certificates logwatch bind9-host"
mysql_packages="mariadb-server libmariadb3"
ssh_packages="fail2ban nftables iptables python3-systemd"

echo "install.sh: not written yet; the packages are $packages $mysql_packages $ssh_packages" >&2
exit 69
