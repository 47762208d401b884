/** Codes that are asked for again, and are found by door and expiry. */
export const codes = `
`;
