#!/bin/busybox sh
# Loads what the root file system needs, waits for its disk, and hands over to systemd.
b=/bin/busybox
$b mount -t devtmpfs dev /dev
for module in $($b cat /lib/order); do $b insmod "/lib/$module"; done
tries=0
while [ ! -b /dev/vda ] && [ $tries -lt 500 ]; do $b usleep 20000; tries=$((tries + 1)); done
$b mount -t ext4 -o rw,noatime /dev/vda /root || { echo "no root file system on /dev/vda"; $b poweroff -f; }
$b mount --move /dev /root/dev
exec $b switch_root /root /sbin/init
