#!/bin/sh
# metadata.sh - requests the credentials of an instance's role as several users (MetadataTests.cs)
#
# usage: unshare --net sh metadata.sh RULES
#
# In this network namespace two web servers stand for the EC2 metadata service and for another link-local service.
# Prints the answer that each user gets from the one and from the other, before and after RULES were loaded twice: an
# HTTP status or 000.
set -eu

metadata=169.254.169.254
other=169.254.169.123
folder=$(mktemp -d)
servers=
trap 'kill $servers; rm -rf "$folder"' EXIT
ip link set lo up
for address in $metadata $other; do
  ip address add "$address/32" dev lo
  python3 -m http.server --directory "$folder" --bind "$address" 80 >/dev/null 2>&1 &
  servers="$servers $!"
  until curl -s -o /dev/null "http://$address/"; do sleep 0.1; done
done

# ask USER ADDRESS
ask() {
  setpriv --reuid="$1" --regid="$(id -g "$1")" --clear-groups \
    curl -s -m 5 -o /dev/null -w '%{http_code}' "http://$2/" || true
}

look() {
  for user in root mail_responder nobody www-data; do
    echo "$1 $user $(ask $user $metadata) $(ask $user $other)"
  done
}

look before
nft -f "$1"
nft -f "$1"
look after
