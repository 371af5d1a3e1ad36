// A person without a picture: initials on a quiet colour that stays theirs.

const COLOURS = 6;

export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter((w) => /^\p{L}/u.test(w));
  const first = words[0]?.[0] ?? name.trim()[0] ?? '?';
  const last = words.length > 1 ? words.at(-1)![0]! : '';
  return (first + last).toUpperCase();
}

function colourOf(name: string): number {
  let sum = 0;
  for (const c of name) sum = (sum * 31 + c.codePointAt(0)!) % 9973;
  return sum % COLOURS;
}

export function Face({ name, size }: { name: string; size?: 's' | 'l' | 'xl' }) {
  return (
    <span class={`face ${size ?? ''}`} data-colour={colourOf(name)} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

const LONG = 28;

/** In a line with other words a long name is the given one. */
export function briefName(name: string): string {
  return name.trim().length > LONG ? shortName(name) : name;
}

/** Where room is scarce the given name does. */
export function shortName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name;
}
