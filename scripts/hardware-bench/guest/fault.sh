#!/bin/bash
# Releases the door by a request to exit, does $1 to the daemon while the relay is up, and prints when, as "fault TIME".
# Waits until the relay is down again and the daemon is back. Needs a running daemon and door-watch.
set -eu
. /opt/postern/scripts/hardware-bench/guest/door.sh
await_daemon
door-watch put $rex pull-down > /dev/null
await_level 1 20
door-watch put $rex pull-up > /dev/null
sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
case $1 in
  kill-daemon) at=$(door-watch signal 9 "$daemon") ;;
  kill-guard) at=$(door-watch signal 9 "$guard") ;;
  kill-both) at=$(door-watch signal 9 "$daemon" "$guard") ;;
  freeze-daemon) at=$(door-watch signal 19 "$daemon") ;;
  stall-loop) at=$(door-watch signal 12 "$daemon") ;;
  freeze-guard) at=$(door-watch signal 19 "$guard") ;;
  stop-unit) at=$(door-watch put /dev/null -); systemctl stop "$unit" ;;
  exhaust-memory)
    group=/sys/fs/cgroup$(systemctl show -P ControlGroup "$unit")
    at=$(door-watch put "$group/memory.max" 8M)
    ;;
  *) echo "no such fault: $1"; exit 2 ;;
esac
echo "fault $at"
await_level 0 15
case $1 in
  freeze-daemon) kill -CONT "$daemon" 2> /dev/null || true ;;
  # Until the daemon has found out, an order to the frozen one goes nowhere.
  freeze-guard) while kill -0 "$guard" 2> /dev/null; do sleep 0.2; done; sleep 1 ;;
  exhaust-memory) [ ! -e "$group/memory.max" ] || echo max > "$group/memory.max" ;;
  stop-unit) systemctl start "$unit" ;;
esac
