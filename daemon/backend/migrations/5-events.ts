/** What doors reported, and the alerts that came of it. */
export const events = `
`;
