#!/bin/busybox sh
# All that runs on the emulated Raspberry Pi: the door of raspi-door.ts, with the host at the other end of the serial line.
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
exec < /dev/ttyS1 > /dev/ttyS1 2>&1
$b stty -F /dev/ttyS1 -echo
cd /app || exit
export NODE_OPTIONS=--max-old-space-size=128
/usr/bin/node .build/scripts/hardware-bench/raspi/raspi-door.js
echo "ended $?"
# The machine knows no power-off: the host ends it.
$b sleep 3600
