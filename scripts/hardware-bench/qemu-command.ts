/** What a guest is started with; paths on the host. */
export interface GuestFiles {
  vmlinuz: string;
  initrd: string;
  rootImage: string;
  appImage: string;
  modulesImage: string;
  /** Shared with the guest as /out. */
  outDir: string;
  /** Takes what the kernel says. */
  consoleLog: string;
  ordersSocket: string;
  /** Takes what the guest writes to /dev/virtio-ports/postern.watch, over a reboot too. */
  watchLog: string;
}

const MEMORY_MB = 1536;
/**
 * One processor of one instruction a nanosecond, about a Raspberry Pi's. The guest's clock goes by its instructions, so what
 * it measures does not depend on what else the host does, and no deadline in it passes because the host was busy; while
 * it idles, time goes as outside. KVM is not even asked for: in a nested machine the question hangs.
 */
const PROCESSOR = ['-accel', 'tcg', '-icount', 'shift=0,sleep=on', '-cpu', 'qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16', '-smp', '1'];
/** The modules would look for hardware that is not there. */
const KERNEL_WORDS = [
  'console=ttyS0', 'systemd.gpt_auto=no', 'fstab=no', 'quiet', 'panic=-1', 'mitigations=off', 'nokaslr', 'audit=0', 'tsc=reliable', 'no_timer_check',
  'systemd.show_status=0', 'systemd.log_level=warning', 'modprobe.blacklist=kvm,kvm_amd,kvm_intel,iTCO_wdt,psmouse,i2c_i801',
];

/** The words of QEMU's command line. What the guest writes to its root goes with it. */
export function qemuArguments(files: GuestFiles, more: readonly string[] = []): string[] {
  return [
    ...PROCESSOR, '-m', String(MEMORY_MB),
    '-M', 'q35,usb=off', '-nodefaults', '-no-user-config', '-display', 'none', '-nic', 'none', '-monitor', 'none',
    '-kernel', files.vmlinuz, '-initrd', files.initrd, '-append', KERNEL_WORDS.join(' '),
    '-serial', `file:${files.consoleLog}`,
    '-drive', `file=${files.rootImage},format=raw,if=none,id=root,snapshot=on`, '-device', 'virtio-blk-pci,drive=root,addr=3',
    '-drive', `file=${files.appImage},format=raw,if=none,id=app,readonly=on`, '-device', 'virtio-blk-pci,drive=app,addr=4',
    '-drive', `file=${files.modulesImage},format=raw,if=none,id=modules,readonly=on`, '-device', 'virtio-blk-pci,drive=modules,addr=5',
    '-device', 'virtio-rng-pci', '-device', 'virtio-serial-pci',
    '-chardev', `socket,id=orders,path=${files.ordersSocket},server=on,wait=off`, '-device', 'virtserialport,chardev=orders,name=postern.orders',
    '-chardev', `file,id=watch,path=${files.watchLog},append=on`, '-device', 'virtserialport,chardev=watch,name=postern.watch',
    '-virtfs', `local,path=${files.outDir},mount_tag=out,security_model=none`,
    ...more,
  ];
}
