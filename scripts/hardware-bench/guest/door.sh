# What the scripts of the bench share: source it.
# shellcheck shell=bash
if [ -e /opt/postern/systemd/postern@.service ]; then unit=postern@front.service; else unit=postern.service; fi
relay=/run/door/sim_gpio17/value
rex=/run/door/sim_gpio22/pull

# Waits $1 seconds without a program: starting one takes a guest with one processor milliseconds, which are measured here.
exec {nothing}<> <(:)
pause() { read -rt "$1" -u "$nothing" || true; }

level() { local now; read -r now < "$relay"; [ "$now" = "$1" ]; }

# Waits until the relay reads $1, at most $2 seconds.
await_level() {
  local until=$((${EPOCHREALTIME/./} + $2 * 1000000))
  while ! level "$1"; do
    if [ "${EPOCHREALTIME/./}" -gt $until ]; then echo "the relay does not read $1 after $2 s"; return 1; fi
    pause 0.01
  done
}

status() {
  exec 9<> /dev/tcp/127.0.0.1/8470 || return 1
  printf 'GET /status.json HTTP/1.0\r\nHost: 127.0.0.1:8470\r\n\r\n' >&9
  cat <&9
  exec 9>&-
}

# Waits until a daemon says that the door is locked; leaves its process id in $daemon and its guard's in $guard.
await_daemon() {
  local until=$((SECONDS + 120))
  until (status) 2> /dev/null | grep -q '"state":"locked"'; do
    if [ $SECONDS -gt $until ]; then echo "the daemon is not there after 120 s"; systemctl status "$unit"; return 1; fi
    sleep 0.2
  done
  daemon=$(systemctl show -P MainPID "$unit")
  guard=$(pgrep -P "$daemon" -f guard | head -n 1)
}
