// The second press for what can't be undone. It has the focus at once, but a key that is still held
// down from the first press is no answer.
import { useEffect, useRef } from 'preact/hooks';

interface Props { label: string; end?: boolean; run(): void }

export function Sure({ label, end, run }: Props) {
  const el = useRef<HTMLButtonElement>(null);
  useEffect(() => el.current?.focus(), []);
  return (
    <button ref={el} type="button" class="btn danger wide" data-end={end} onClick={run}
      onKeyDown={(e) => { if (e.repeat && e.key !== 'Tab') e.preventDefault(); }}>{label}</button>
  );
}
