export const version = 'first';
