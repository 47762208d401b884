/** A change of the relay line as door-watch wrote it. */
export interface Edge {
  /** CLOCK_MONOTONIC of the guest, nanoseconds. */
  atNs: number;
  level: 0 | 1;
}

export interface Watched {
  edges: Edge[];
  /** The longest time that nobody looked, milliseconds; undefined until the watch has ended. */
  longestGapMs: number | undefined;
}

/** Reads what door-watch wrote: "TIME LEVEL" and at its end "TIME gap NANOSECONDS". */
export function watched(text: string): Watched {
  const edges: Edge[] = [];
  let longestGapMs: number | undefined;
  for (const line of text.split('\n')) {
    const [at, what, gap] = line.split(' ');
    if (what === '0' || what === '1') edges.push({ atNs: Number(at), level: what === '1' ? 1 : 0 });
    if (what === 'gap') longestGapMs = Number(gap) / 1e6;
  }
  return { edges, longestGapMs };
}

/** What the relay did after a fault, milliseconds. */
export interface AfterFault {
  /** Whether the line was up when the fault came. */
  hit: boolean;
  /** From the fault until the line fell for good; undefined: it did not. */
  restMs: number | undefined;
  /** How long the release took that the fault fell into. */
  heldMs: number | undefined;
  /** Whether the line rose again, by nobody's request, before `untilNs`. */
  roseAgain: boolean;
}

/** The edges around a fault at `faultNs`, up to `untilNs`. Only a fault while the relay is up says something. */
export function afterFault(edges: readonly Edge[], faultNs: number, untilNs: number): AfterFault {
  const up = edges.findLast((edge) => edge.level === 1 && edge.atNs <= faultNs);
  const later = edges.filter((edge) => edge.atNs > (up?.atNs ?? faultNs) && edge.atNs <= untilNs);
  const down = later.find((edge) => edge.level === 0);
  return {
    hit: edges.findLast((edge) => edge.atNs <= faultNs)?.level === 1,
    restMs: down && (down.atNs - faultNs) / 1e6,
    heldMs: up && down && (down.atNs - up.atNs) / 1e6,
    roseAgain: later.some((edge) => edge.level === 1),
  };
}
