#!/bin/bash
# Runs in the workshop: a copy of the guest's root where a compiler may be installed. Makes in /product what the guest
# boots: vmlinuz, initrd, modules/ (those of the list in $1 with gpio-sim), door-watch, door-ack. Prints a line for each step.
set -euo pipefail
wanted=$1
export DEBIAN_FRONTEND=noninteractive
mkdir -p /product /workshop/unpacked && cd /workshop

echo "== installing a compiler"
apt() { apt-get -qq -o Dpkg::Use-Pty=0 "$@" 2> /workshop/apt.txt >&2 || { cat /workshop/apt.txt; exit 1; }; }
apt update
apt install -y --no-install-recommends make gcc libc6-dev libelf1t64 xz-utils bzip2 cpio

# The headers package depends on the image's, and that one on an initrd generator: so all are unpacked, none installed.
depends() { apt-cache depends "$1" | sed -n "s/^ *Depends: \($2.*\)/\1/p"; }
headers=$(depends linux-headers-amd64 linux-headers | head -n 1)
kernel=${headers#linux-headers-}
series=$(cut -d. -f1,2 <<<"$kernel")
echo "== downloading Linux $kernel"
# shellcheck disable=SC2046
apt download "$headers" $(depends "$headers" 'linux-\(headers\|kbuild\)') "linux-image-$kernel" "linux-source-$series"
for package in linux-headers-*.deb linux-kbuild-*.deb; do dpkg-deb -x "$package" /; done
dpkg-deb -x linux-image-*.deb unpacked

echo "== taking gpio-sim out of the kernel's source"
mkdir -p module
sources=(drivers/gpio/gpio-sim.c drivers/gpio/gpiolib.h kernel/irq/irq_sim.c)
# tar stops reading once it has all three; xz then dies of a closed pipe, which is no failure.
(set +o pipefail; dpkg-deb --fsys-tarfile linux-source-*.deb | tar -xO --wildcards './usr/src/linux-source-*.tar.xz' | xz -dc |
  tar -x -C module --strip-components=1 --occurrence=1 "${sources[@]/#/linux-source-$series/}") 2>/dev/null
cp module/drivers/gpio/gpio-sim.c module/chip.c
cp module/drivers/gpio/gpiolib.h module/
# The kernel keeps irq_to_desc to itself; a module gets the same descriptor by its data.
sed -e 's/irq_to_desc(\([a-z_]*\))/irq_data_to_desc(irq_get_irq_data(\1))/' -e 's/#include <linux\/irq_sim.h>/&\n#include <linux\/irqdesc.h>/' \
  module/kernel/irq/irq_sim.c > module/interrupts.c
printf 'obj-m := gpio-sim.o\ngpio-sim-y := chip.o interrupts.o\n' > module/Kbuild

echo "== compiling gpio-sim and the tools"
make -s -C "/lib/modules/$kernel/build" M=/workshop/module CONFIG_DEBUG_INFO_BTF_MODULES= modules
for tool in door-watch door-ack; do gcc -O2 -static -Wall -Wextra -Werror -o "/product/$tool" "/workshop/$tool.c"; done

echo "== choosing modules"
there=/workshop/unpacked/usr
[ -d "$there/lib/modules" ] || there=/workshop/unpacked
install -D module/gpio-sim.ko "$there/lib/modules/$kernel/extra/gpio-sim.ko"
depmod -b "$there" "$kernel"
take() { modprobe -S "$kernel" -d "$there" --show-depends -a "$@" | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'; }
# Unpacked once here rather than at each boot.
unpack() { case $1 in *.xz) xz -dc "$1" > "$2/$(basename "$1" .xz)" ;; *) cp "$1" "$2/" ;; esac }
chosen=/product/modules/$kernel
mkdir -p "$chosen/kernel"
# shellcheck disable=SC2086
for module in $(take $wanted); do unpack "$module" "$chosen/kernel"; done
cp "$there/lib/modules/$kernel"/modules.{builtin,builtin.modinfo,order} "$chosen/"
mkdir -p root/lib/modules && cp -a "$chosen" root/lib/modules/ && depmod -b root "$kernel" && rm -rf "$chosen" && mv "root/lib/modules/$kernel" "$chosen"

echo "== packing the initrd"
mkdir -p initrd/{bin,lib,proc,sys,dev,root}
cp /bin/busybox initrd/bin/
for module in $(take virtio_pci virtio_blk ext4); do
  unpack "$module" initrd/lib
  basename "$module" .xz >> initrd/lib/order
done
install -m 755 /workshop/initrd-init.sh initrd/init
(cd initrd && find . | cpio -o -H newc --quiet | gzip -1) > /product/initrd
cp "/workshop/unpacked/boot/vmlinuz-$kernel" /product/vmlinuz
