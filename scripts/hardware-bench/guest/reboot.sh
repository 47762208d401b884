#!/bin/bash
# Releases the door and reboots while the relay is up; door-watch tells the host's file of it as long as the kernel lets it.
# Prints when, as "fault TIME".
set -eu
. /opt/postern/scripts/hardware-bench/guest/door.sh
systemctl start "$unit"
await_daemon
# Goes on until the last programs are killed.
systemd-run --quiet --unit=door-watch -p DefaultDependencies=no -p IgnoreOnIsolate=yes sh -c "exec door-watch line $relay > /dev/virtio-ports/postern.watch"
echo pull-down > $rex
await_level 1 20
echo pull-up > $rex
systemctl enable --quiet "${unit/postern/postern-rest}"
echo "fault $(door-watch put /dev/null -)"
systemctl reboot --no-block
