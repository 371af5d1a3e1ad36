// Icons and the mark of Ting, drawn as SVG.
import { icons, type IconName } from '../icons/icons';

export function Icon({ name, size }: { name: IconName; size?: 's' | 'l' }) {
  return (
    <svg class={`i ${size ?? ''}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={icons[name]} />
    </svg>
  );
}

const STONES = Array.from({ length: 9 }, (_, i) => {
  const angle = ((i * 40 - 90) * Math.PI) / 180;
  return { x: 14 + 10.4 * Math.cos(angle), y: 14 + 10.4 * Math.sin(angle) };
});

/** A ring of stones with one place left open. */
export function Ring() {
  return (
    <svg class="ring" viewBox="0 0 28 28" aria-hidden="true" focusable="false">
      {STONES.map(({ x, y }, i) => (i === 4
        ? <circle cx={x} cy={y} r="1.9" fill="none" stroke="currentColor" stroke-width="1" />
        : <circle cx={x} cy={y} r="2.4" fill="currentColor" />))}
    </svg>
  );
}

export function Logo() {
  return <a class="logo" href="/"><Ring /><span>Ting</span></a>;
}
