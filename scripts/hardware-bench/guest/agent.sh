#!/bin/bash
# Takes orders from the host by a virtio port, one line each: an id and a script in base64. Every script runs beside the
# others, its output goes to /out/ID.txt on the host, its exit code back through the port.
exec 3<>/dev/virtio-ports/postern.orders
echo "ready $(cut -d' ' -f1 /proc/uptime)" >&3
while read -r id script <&3; do
  (
    base64 -d <<<"$script" > "/run/order-$id.sh"
    code=0
    bash "/run/order-$id.sh" > "/out/$id.txt" 2>&1 3>&- </dev/null || code=$?
    echo "$id $code" >&3
  ) &
done
