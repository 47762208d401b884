#!/bin/bash
# After reboot.sh: the board comes with its relay line pulled up, as a kernel that keeps levels would find it. The boot unit
# brings it to rest, the daemon not being there. Prints "rest MILLISECONDS" from plugging in.
set -eu
here=/opt/postern/scripts/hardware-bench/guest
. $here/door.sh
bash $here/wire-door.sh pull-up
from=${EPOCHREALTIME/./}
level 1 || { echo "the line is not up after it was plugged in"; exit 1; }
await_level 0 30
echo "rest $(((${EPOCHREALTIME/./} - from) / 1000))"
[ "$(systemctl is-active "$unit")" = inactive ] || { echo "the daemon runs already"; exit 1; }
bash $here/install-door.sh
# Pulled down from now on, as a board is; driven low it stays what it is.
echo pull-down > /run/door/sim_gpio17/pull
