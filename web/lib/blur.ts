import type { Improve } from './devices';
export const improve: Improve = () => Promise.reject(new Error('later'));
