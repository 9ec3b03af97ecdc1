export const greet = (what: string): string => `typed ${what}`;
