/** A write to the disk as QEMU's blklogwrites kept it, or a flush. */
export interface LoggedWrite {
  /** First sector, of 512 bytes. */
  sector: number;
  /** What was written; empty for a flush alone. */
  data: Buffer;
  /** All that came before is on the platter when this is through. */
  flush: boolean;
  /** Itself on the platter when it is through. */
  fua: boolean;
  discard: boolean;
}

const SECTOR = 512;
const MAGIC = 0x6a736677736872n;
const FLUSH = 1;
const FUA = 2;
const DISCARD = 4;

/**
 * Reads the log (format of the kernel's dm-log-writes, Documentation/admin-guide/device-mapper/log-writes.rst: a super
 * block, then for each write a sector with start, length and flags, and its data). Ends at a torn last entry.
 */
export function writeLog(log: Buffer): LoggedWrite[] {
  if (log.length < SECTOR || log.readBigUInt64LE(0) !== MAGIC) throw new Error('this is no log of writes');
  const head = log.readUInt32LE(24);
  const writes: LoggedWrite[] = [];
  for (let at = head; at + head <= log.length;) {
    const [sector, sectors, flags] = [0, 8, 16].map((offset) => Number(log.readBigUInt64LE(at + offset))) as [number, number, number];
    if (sector === 0 && sectors === 0 && flags === 0) break;
    const discard = (flags & DISCARD) !== 0;
    const end = at + head + (discard ? 0 : sectors * head);
    if (end > log.length) break;
    writes.push({ sector: (sector * head) / SECTOR, data: log.subarray(at + head, end), flush: (flags & FLUSH) !== 0, fua: (flags & FUA) !== 0, discard });
    at = end;
  }
  return writes;
}

/**
 * What of the first `count` writes a disk with a volatile cache holds after a power cut: everything up to the last flush,
 * and of what came later each sector or not, as `keeps` says. Pieces to be written over the disk as it was before.
 */
export function survives(writes: readonly LoggedWrite[], count: number, keeps: () => boolean): { sector: number; data: Buffer }[] {
  const before = writes.slice(0, count);
  const lastFlush = before.findLastIndex(({ flush }) => flush);
  return before.flatMap(({ sector, data, fua, discard }, i) => {
    if (discard || data.length === 0) return [];
    if (i <= lastFlush || fua) return [{ sector, data }];
    return torn(sector, data, keeps);
  });
}

function torn(sector: number, data: Buffer, keeps: () => boolean): { sector: number; data: Buffer }[] {
  const sectors = Array.from({ length: data.length / SECTOR }, (_, i) => ({ sector: sector + i, data: data.subarray(i * SECTOR, (i + 1) * SECTOR) }));
  return sectors.filter(() => keeps());
}

/** The highest event that was acknowledged within the first `count` writes; 0 when none was. */
export function acknowledged(writes: readonly LoggedWrite[], count: number, ackSector: number): number {
  const acks = writes.slice(0, count).filter(({ sector, data }) => sector === ackSector && data.length > 0);
  return Math.max(0, ...acks.map(({ data }) => Number(/^ACK (\d+)/.exec(data.toString('latin1', 0, 32))?.[1] ?? 0)));
}
