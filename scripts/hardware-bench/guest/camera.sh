#!/bin/bash
# Plugs in a camera of the kernel's own, /dev/video20: vivid, whose picture is what is fed to its output /dev/video21. Shows
# the picture $1 and now and then $2; writes to /out/feed.txt when it does.
set -eu
modprobe vivid n_devs=1 node_types=0x101 num_inputs=1 input_types=3 num_outputs=1 output_types=1 vid_cap_nr=20 vid_out_nr=21
camera=/dev/video20 feed=/dev/video21
# The slowest that its clock allows.
for device in $camera $feed; do v4l2-ctl -d $device --set-dv-bt-timings cvt,width=640,height=480,fps=36 2> /dev/null; done
v4l2-ctl -d $feed --set-fmt-video-out=width=640,height=480,pixelformat=YUYV
v4l2-ctl -d $camera -c osd_text_mode=2
systemd-run --quiet --unit=camera-feed bash -c \
  "node /opt/postern/.build/scripts/hardware-bench/camera-feed.js $1 $2 2> /out/feed.txt | v4l2-ctl -d $feed --stream-out-mmap=2 --stream-from=- 2> /dev/null"
until v4l2-ctl -d $camera -c hdmi_000_0_is_connected_to=2 && v4l2-ctl -d $camera --query-dv-timings | grep -q 'Active width: 640'; do sleep 0.1; done
v4l2-ctl -d $camera --set-dv-bt-timings query > /dev/null
chgrp video $camera && chmod g+rw $camera
