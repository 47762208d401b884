#!/bin/bash
# Installs the daemon as systemd/README.md says, with the door that the host prepared in /out/door.
set -eu
cp -r /out/door/. /etc/postern/
chown -R postern: /etc/postern
chmod 700 /etc/postern/backend /etc/postern
# As Raspberry Pi OS does it: the group gpio may use the pins, in sysfs too.
cat > /etc/udev/rules.d/60-gpio.rules <<'U'
SUBSYSTEM=="gpio", KERNEL=="gpiochip*", GROUP="gpio", MODE="0660"
SUBSYSTEM=="gpio", ACTION=="add|change", PROGRAM="/bin/sh -c 'chgrp -R gpio /sys/class/gpio && chmod -R g+rwX /sys/class/gpio; chgrp -R gpio /sys%p && chmod -R g+rwX /sys%p'"
U
udevadm control --reload
udevadm trigger --subsystem-match=gpio --settle
chgrp gpio /sys/class/gpio/{export,unexport}
chmod g+w /sys/class/gpio/{export,unexport}
cp /opt/postern/systemd/*.service /etc/systemd/system/
cp /opt/postern/systemd/*.rules /etc/udev/rules.d/ 2> /dev/null || true
# The backend beside it keeps its database here; a real one is somewhere else.
mkdir -p /run/systemd/system/postern@.service.d
printf '[Service]\nReadWritePaths=-/etc/postern/backend\n' > /run/systemd/system/postern@.service.d/backend.conf
# For the fault "stall-loop".
printf '[Service]\nEnvironment=NODE_OPTIONS=--import=/opt/postern/scripts/hardware-bench/guest/stall-on-signal.mjs\n' > /run/systemd/system/postern@.service.d/stall.conf
systemctl daemon-reload
