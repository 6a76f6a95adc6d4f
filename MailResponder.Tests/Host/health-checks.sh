#!/bin/sh
# health-checks.sh - records the log of a real Postfix about clients from many addresses (HealthCheckTests.cs)
#
# usage: unshare --mount --pid --net --fork --mount-proc sh health-checks.sh FOLDER
#
# Starts a Postfix below FOLDER, with smtpd on port 25 and postscreen on port 26 of all addresses, in a network
# namespace of its own. From each address one client connects and disconnects at once, as load balancers do, and
# another sends a mail. Leaves Postfix's log in FOLDER/maillog.
set -eu

folder=$1
private4='10.0.0.5 172.16.0.5 172.31.255.5 192.168.7.7 127.0.0.1'
public4='198.51.100.7 172.15.0.5 172.32.0.5 11.0.0.5 192.169.0.5'
private6='fd00::5 fc12:3456::5 ::1'
public6='2001:db8::7 fe00::5'

ip link set lo up
for address in $private4 $public4; do
  [ "$address" = 127.0.0.1 ] || ip address add "$address/32" dev lo
done
for address in $private6 $public6; do
  [ "$address" = ::1 ] || ip -6 address add "$address/128" dev lo nodad
done

mkdir "$folder/etc" "$folder/queue" "$folder/data"
chmod 755 "$folder"
chown postfix "$folder/data"
cat >"$folder/etc/main.cf" <<END
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
maillog_file = $folder/maillog
maillog_file_prefixes = $folder
myhostname = mx.example.com
mydestination = example.com
mynetworks = 127.0.0.0/8
local_recipient_maps =
local_transport = discard
alias_maps =
smtpd_peername_lookup = no
postscreen_greet_wait = 1s
postscreen_cache_map =
END
cat >"$folder/etc/master.cf" <<END
25 inet n - n - - smtpd
26 inet n - n - 1 postscreen
smtpd pass - - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
dnsblog unix - - n - 0 dnsblog
tlsproxy unix - - n - 0 tlsproxy
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
END
postfix -c "$folder/etc" start >"$folder/start.log" 2>&1 </dev/null

# shellcheck disable=SC2086 # lists of addresses
python3 - $private4 $public4 $private6 $public6 <<'END'
import smtplib, socket, sys, time

def connect(address, port):
    for _ in range(200):
        try:
            return socket.create_connection((address, port), 30, source_address=(address, 0))
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise SystemExit("Postfix does not listen")

for address in sys.argv[1:]:
    client = connect(address, 25)
    client.recv(200)
    client.close()
    connect(address, 26).close()
for address in sys.argv[1:]:
    with smtplib.SMTP(address, 25, "client.example.net", 30, (address, 0)) as client:
        client.sendmail("somebody@example.net", "get@example.com", "Subject: get\n\n")
END
waited=0
while [ "$(grep -c 'status=sent' "$folder/maillog")" -lt 15 ] && [ $waited -lt 150 ]; do
  sleep 0.2
  waited=$((waited + 1))
done
sleep 1.5
postfix -c "$folder/etc" stop >/dev/null 2>&1
