// A small panel above the button that opened it: closes by Escape, by Tab at its end and by what
// leads elsewhere, and gives the focus back.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { reachable } from './focus';

interface Props { label: string; close(): void; children: ComponentChildren; class?: string }

export function Popover({ label, close, children, class: extra = '' }: Props) {
  const el = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const panel = el.current!;
    const opener = document.activeElement as HTMLElement | null;
    const all = reachable(panel);
    (all.find((el) => el.getAttribute('role') === 'radio' && el.ariaChecked === 'true')
      ?? all[0])?.focus();
    panel.scrollIntoView?.({ block: 'nearest' });
    const outside = (e: PointerEvent) => {
      const at = e.target as Element;
      // The button that opens also closes; it does so itself.
      if (!panel.contains(at) && !at.closest('[aria-haspopup]')) close();
    };
    const escape = (e: KeyboardEvent) => {
      const at = document.activeElement;
      if (e.key !== 'Escape' || !panel.isConnected) return;
      if (!(panel.contains(at) || at === opener || at === document.body)) return;
      e.preventDefault();
      e.stopPropagation();
      close();
    };
    const elsewhere = (e: FocusEvent) => {
      if (panel.isConnected && !panel.contains(e.target as Element) && e.target !== opener) close();
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', elsewhere);
    document.addEventListener('keydown', escape, true);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', elsewhere);
      document.removeEventListener('keydown', escape, true);
      const at = document.activeElement;
      if (panel.contains(at) || at === document.body) opener?.focus();
    };
  }, []);
  const keys = (e: KeyboardEvent) => {
    const all = reachable(el.current!);
    const at = all.indexOf(document.activeElement as HTMLElement);
    const last = at === all.length - 1;
    if (e.key === 'Tab' && last && !e.shiftKey) close();
    else if ((e.target as Element).matches('select, input')) return;    // has arrows of its own
    else if (e.key === 'ArrowDown') all[(at + 1) % all.length]?.focus();
    else if (e.key === 'ArrowUp') all.at(at - 1)?.focus();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div ref={el} class={`popover ${extra}`} role="dialog" aria-label={label} onKeyDown={keys}>
      {children}
    </div>
  );
}
