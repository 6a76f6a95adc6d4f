#!/bin/sh
# start-root.sh - the first process of a server under test (ServerRoot.cs)
#
# usage: unshare --mount --pid --uts --ipc --net --fork --kill-child start-root.sh ROOT FOLDER HOSTNAME
#
# ROOT, made by make-root.sh, is seen through a file system in memory, which is mounted on the empty FOLDER in this
# mount namespace only. FILES:ROOT adds the files that an earlier server wrote. Everything the server writes vanishes
# with this process. Prints "ready" on standard output.
set -eu

root=$1
folder=$2
hostname=$3

mount -t tmpfs -o mode=755,size=4g server "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/root"
mount -t overlay -o "lowerdir=$root,upperdir=$folder/upper,workdir=$folder/work" server "$folder/root"
mount -t proc proc "$folder/root/proc"
mount -t tmpfs -o mode=755,size=256m run "$folder/root/run"
mkdir -p "$folder/root/run/lock" "$folder/root/dev/pts" "$folder/root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$folder/root/dev/pts"
mount -t tmpfs -o mode=1777,size=64m shm "$folder/root/dev/shm"
# Debian copies the certificate of each authority into Postfix's chroot, and Postfix's start, check and reload start a
# program for each copy: most of their time. The file with all certificates stays.
find "$folder/root/etc/ssl/certs" -name '*.pem' ! -name 'ssl-cert-*' -delete 2>/dev/null || true
# A mail filter takes up to five seconds to end (libmilter), and restarting it waits as long before killing it.
sed -i 's/^stoptimeout=5$/stoptimeout=1/' "$folder"/root/etc/init.d/opend* 2>/dev/null || true
hostname "$hostname"
ip link set lo up
echo "${hostname%%.*}" >"$folder/root/etc/hostname"
printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s %s\n' "$hostname" "${hostname%%.*}" >"$folder/root/etc/hosts"
echo ready
# A shell that waits for its child also reaps the server's orphans.
exec chroot "$folder/root" /bin/sh -c 'exec >/dev/null 2>&1 </dev/null; while :; do sleep 1; done'
