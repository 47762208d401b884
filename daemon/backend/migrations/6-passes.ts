/** Passes, and who they are for. */
export const passes = `
`;
