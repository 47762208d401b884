#!/bin/bash
# Makes a bootable guest of the unpacked root in $1: its names, the bench's agent, and nothing at boot that only costs time.
set -eu
root=$1
echo bench > "$root/etc/hostname"
echo 0123456789abcdef0123456789abcdef > "$root/etc/machine-id"
# No network: a name must fail at once.
echo 'nameserver 127.0.0.1' > "$root/etc/resolv.conf"
: > "$root/etc/fstab"
mkdir -p "$root"/{out,opt/postern,etc/postern,usr/local/lib}
: > "$root/usr/bin/node"
install -m 755 "$(dirname "$0")/bench-mounts.sh" "$root/usr/local/lib/"
useradd --root "$root" --system --no-create-home --shell /usr/sbin/nologin --groups video postern 2>/dev/null
groupadd --root "$root" --system gpio && usermod --root "$root" -aG gpio postern

units=$root/etc/systemd/system
cat > "$units/bench-agent.service" <<'U'
[Unit]
Description=Takes the bench's orders
DefaultDependencies=no
After=local-fs.target
Conflicts=shutdown.target
[Service]
ExecStartPre=/bin/bash /usr/local/lib/bench-mounts.sh
ExecStart=/bin/bash /opt/postern/scripts/hardware-bench/guest/agent.sh
KillMode=process
[Install]
WantedBy=multi-user.target
U
mkdir -p "$units/multi-user.target.wants"
ln -sf ../bench-agent.service "$units/multi-user.target.wants/"

for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer e2scrub_reap.service \
  systemd-networkd.service systemd-timesyncd.service systemd-vconsole-setup.service systemd-random-seed.service systemd-sysctl.service \
  systemd-update-utmp.service systemd-pcrmachine.service systemd-tpm2-setup.service systemd-tpm2-setup-early.service \
  systemd-rfkill.service systemd-machine-id-commit.service systemd-journal-catalog-update.service systemd-journal-flush.service \
  systemd-logind.service systemd-user-sessions.service systemd-udev-trigger.service systemd-udev-load-credentials.service \
  systemd-modules-load.service systemd-binfmt.service systemd-ask-password-wall.path ldconfig.service kmod-static-nodes.service \
  systemd-tmpfiles-setup-dev-early.service systemd-tmpfiles-clean.timer systemd-remount-fs.service systemd-fsck-root.service \
  getty@tty1.service serial-getty@ttyS0.service getty.target dev-ttyS0.device dev-hugepages.mount dev-mqueue.mount tmp.mount run-lock.mount \
  sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount \
  modprobe@configfs.service modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service modprobe@dm_mod.service modprobe@loop.service; do
  ln -sf /dev/null "$units/$unit"
done
# udev has nothing to find at boot that the bench's own scripts do not load; devices that come later it sees as ever.
mkdir -p "$root/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=volatile\nForwardToSyslog=no\n' > "$root/etc/systemd/journald.conf.d/bench.conf"
touch "$root/etc/.updated" "$root/var/.updated"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}/* "$root"/usr/lib/x86_64-linux-gnu/dri
