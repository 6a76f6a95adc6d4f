#!/bin/sh
# expect: fault disk
mount -t tmpfs -o size=2g,nr_inodes=500 many /var/log
at_end umount /var/log
