#!/bin/sh
# expect: fault disk
mount -t tmpfs -o size=20m full /var/log
at_end umount /var/log
