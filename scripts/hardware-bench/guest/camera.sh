#!/bin/bash
# Plugs in a camera of the kernel's own, /dev/video20: vivid, whose picture is what is fed to its output /dev/video21. Shows
# the picture $1 and now and then $2; tells /out/feed.txt when, as "shown TIME".
set -eu
modprobe vivid n_devs=1 node_types=0x101 num_inputs=1 input_types=3 num_outputs=1 output_types=1 vid_cap_nr=20 vid_out_nr=21
camera=/dev/video20 feed=/dev/video21
# The slowest that its clock allows.
for device in $camera $feed; do v4l2-ctl -d $device --set-dv-bt-timings cvt,width=640,height=480,fps=36 2> /dev/null; done
# What ffmpeg asks for first; the two must be alike.
v4l2-ctl -d $feed --set-fmt-video-out=width=640,height=480,pixelformat=YU12
v4l2-ctl -d $camera -c osd_text_mode=2
cp "$1" /run/seen.yuv
systemd-run --quiet --unit=camera-feed v4l2-ctl -d $feed --stream-out-mmap=4 --stream-from=/run/seen.yuv --stream-loop
until v4l2-ctl -d $camera -c hdmi_000_0_is_connected_to=2 && v4l2-ctl -d $camera --query-dv-timings | grep -q 'Active width: 640'; do sleep 0.1; done
v4l2-ctl -d $camera --set-dv-bt-timings query > /dev/null
v4l2-ctl -d $camera --set-fmt-video=width=640,height=480,pixelformat=YU12
chgrp video $camera && chmod g+rw $camera
# What it sees: for long enough that the daemon has locked again and forgotten who was there, nobody.
systemd-run --quiet --unit=camera-view -p StandardOutput=file:/out/feed.txt bash -c '
  see() { dd if="$1" of=/run/seen.yuv bs=1M conv=notrunc status=none; }
  while sleep 4.5; do
    echo "shown $(door-watch put /dev/null -)"
    see "$2"
    sleep 1.5
    see "$1"
  done' view "$1" "$2"
