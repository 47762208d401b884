#!/bin/bash
# Plugs in the board: a simulated chip with the label and the 54 lines of a Raspberry Pi 4, so that the drivers find it as
# they would there. /run/door then is the other side of its wires: sim_gpioN/value is seen, sim_gpioN/pull is moved. $1 is how
# the relay's line is pulled: up stands for a chip that has kept it there.
set -eu
modprobe -a configfs gpio-sim
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
chip=/sys/kernel/config/gpio-sim/door
mkdir -p $chip/header
echo 54 > $chip/header/num_lines
echo pinctrl-bcm2711 > $chip/header/label
echo 1 > $chip/live
ln -sfn "/sys/devices/platform/$(cat $chip/dev_name)/$(cat $chip/header/chip_name)" /run/door
# At rest nobody asks to exit and the door is closed: its switch to ground.
echo pull-up > /run/door/sim_gpio22/pull
echo pull-down > /run/door/sim_gpio27/pull
echo "${1:-pull-down}" > /run/door/sim_gpio17/pull
