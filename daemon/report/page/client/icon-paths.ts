/** Drawn on 24 × 24 by strokes, so that they take the colour of the text they stand in. */
export const iconPaths = {
  'locked': 'M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11M12 14.5v2.5',
  'unlocked': 'M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 6.8-1.2M12 14.5v2.5',
  'door-open': 'M4 21h16M6 21V4h8M14 3l5 2v16l-5-1.2zM16.2 12.5v.01',
  'passage': 'M4 21h16M6 21V3h12v18M9 12h7M13 9l3 3-3 3',
  'shield': 'M12 3l8 3v6c0 4.5-3.3 7.7-8 9-4.7-1.3-8-4.5-8-9V6zM9 9l6 6M15 9l-6 6',
  'fire': 'M12 3c1 4 5 5.500 5 10.500a5 5 0 0 1-10 0c0-2 1-3.500 2-4.500 .3 1.500 1 2.300 2 2.500C10.500 8.500 11 5.500 12 3z',
  'warning': 'M12 4l9.500 16.500H2.500zM12 10v4.500M12 17.500v.01',
  'broken': 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9 9l6 6M15 9l-6 6',
  'info': 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5.500M12 7.500v.01',
  'yes': 'M5 12.500l4.500 4.500L19 7.500',
  'no': 'M6.500 6.500l11 11M17.500 6.500l-11 11',
  'unknown': 'M9 9.500a3 3 0 1 1 4.200 2.700c-.8.4-1.200 1-1.200 1.800M12 17.500v.01',
  'camera': 'M4 7h4l1.500-2.500h5L16 7h4v12H4zM12 9.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7z',
} as const;
export type IconName = keyof typeof iconPaths;
