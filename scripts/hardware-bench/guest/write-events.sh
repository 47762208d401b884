#!/bin/bash
# Runs the daemon with its state on the disk that will be cut ($1), its log into door-ack, which acknowledges past the file
# system at sector $2, and keeps the door busy until the power goes.
set -eu
. /opt/postern/scripts/hardware-bench/guest/door.sh
disk=$1
mkdir -p /var/lib/postern
mount -t ext4 "$disk" /var/lib/postern
mkdir -p /var/lib/postern/front
chown -R postern: /var/lib/postern
mkfifo /run/door-log
# Open for writing too: it does not end when the daemon does.
systemd-run --quiet --unit=door-ack sh -c "door-ack $disk $2 <> /run/door-log"
mkdir -p "/run/systemd/system/$unit.d"
printf '[Service]\nStandardError=file:/run/door-log\n' > "/run/systemd/system/$unit.d/acknowledged.conf"
systemctl daemon-reload
systemctl start "$unit"
await_daemon
echo "busy"
while :; do
  echo pull-down > $rex
  sleep 0.15
  echo pull-up > /run/door/sim_gpio27/pull
  echo pull-up > $rex
  sleep 0.15
  echo pull-down > /run/door/sim_gpio27/pull
  sleep 0.1
done
