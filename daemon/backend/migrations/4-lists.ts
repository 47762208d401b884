/** Lists by version, and what changed between them. */
export const lists = `
`;
