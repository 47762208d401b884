/** Roles, limits and ends of API keys. */
export const callers = `
`;
