#!/bin/bash
# Mounts what the host brings along: vdb the project as it was built, vdc its packages and Node, and a folder for output.
set -eu
modprobe -a virtio_console virtio_rng 9pnet_virtio 9p
mount -t ext4 -o ro /dev/vdb /opt/postern
mount -t ext4 -o ro /dev/vdc /opt/postern/node_modules
mount --bind -o ro /opt/postern/node_modules/.node /usr/bin/node
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=none out /out
# By their names, which udev would make links of had it been asked to look.
mkdir -p /dev/virtio-ports
for port in /sys/class/virtio-ports/vport*; do ln -sf "/dev/${port##*/}" "/dev/virtio-ports/$(cat "$port/name")"; done
