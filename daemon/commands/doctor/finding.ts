/** One line of what the doctor found. */
export interface Finding {
  what: string;
  /** `look`: the door works all the same, and somebody should know. */
  is: 'good' | 'look' | 'bad';
  /** What it is, and the mend where there is one. */
  detail: string;
}

export const good = (what: string, detail: string): Finding => ({ what, is: 'good', detail });
export const look = (what: string, detail: string): Finding => ({ what, is: 'look', detail });
export const bad = (what: string, detail: string): Finding => ({ what, is: 'bad', detail });
