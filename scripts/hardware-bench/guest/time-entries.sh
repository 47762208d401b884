#!/bin/bash
# Runs the daemon under its unit, with its stages timed, before a camera that sees a token, until $1 were let in. Leaves in /out:
# entries.txt (what the timed daemon says), feed.txt (when the token was shown), watch.txt (the relay's edges).
set -eu
here=/opt/postern/scripts/hardware-bench/guest
. $here/door.sh
door-watch line "$relay" > /out/watch.txt &
watch=$!
mkdir -p "/run/systemd/system/$unit.d"
cat > "/run/systemd/system/$unit.d/timed.conf" <<U
[Service]
ExecStart=
ExecStart=/usr/bin/node /opt/postern/.build/scripts/hardware-bench/timed-daemon.js /etc/postern/front.yaml $1
StandardOutput=file:/out/entries.txt
StandardError=file:/out/timed-daemon.txt
Restart=no
U
systemctl daemon-reload
bash $here/camera.sh /etc/postern/hall.yuv /etc/postern/token.yuv
systemctl start "$unit"
# It ends when it has let in so many.
until=$((SECONDS + 60 + 10 * $1))
while [ "$(systemctl show -P ActiveState "$unit")" = active ] && [ $SECONDS -lt $until ]; do sleep 1; done
kill $watch
wait $watch
