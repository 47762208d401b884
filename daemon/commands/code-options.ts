/** The options that say what a code may do, of every command that has one issued. */
export const codeOptions = {
  door: { type: 'string' },
  for: { type: 'string' },
  from: { type: 'string' },
  uses: { type: 'string' },
  grace: { type: 'string' },
  hours: { type: 'string' },
  extended: { type: 'boolean', default: false },
  rotating: { type: 'boolean', default: false },
  principal: { type: 'string' },
} as const;
