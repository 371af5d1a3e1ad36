// What a person typed or pasted to get into a meeting.

const CODE = /\/m\/([A-Za-z0-9_-]+)(?:\/([A-Za-z0-9_-]+))?/;

/** Where it leads: a path of ours, a number to ask the server for, or nowhere. */
export function destination(text: string): { path?: string; number?: string } {
  const link = text.match(CODE);
  if (link) return { path: `/m/${link[1]}${link[2] ? `/${link[2]}` : ''}` };
  const digits = text.replace(/[\s-]/g, '');
  return /^\d{4,}$/.test(digits) ? { number: digits } : {};
}

/** 1234567890 as people read it aloud: 123 456 78 90. */
export function spaced(number: string): string {
  return number.replace(/^(\d{3})(\d{3})(\d{2})(\d{2})$/, '$1 $2 $3 $4');
}
