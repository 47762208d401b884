/** What someone can do so that a code which is there and cannot be read becomes readable, in the words said to them. */
export const hintText = {
  'show-whole-code': 'Show the whole code to the camera.',
  'come-closer': 'Come closer.',
  'hold-still': 'Hold the code still.',
  'more-light': 'It is too dark to read the code. Turn the screen brighter or find more light.',
  'too-bright': 'The screen is too bright for the camera. Turn it down or hold it farther away.',
  'not-readable': 'The code cannot be read. Wipe the screen, smooth the paper, or turn it out of the glare.',
} as const;
export type HintReason = keyof typeof hintText;
