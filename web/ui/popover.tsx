// A small panel above the button that opened it: leaves by Escape, by a click elsewhere, and gives
// the focus back.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props { label: string; close(): void; children: ComponentChildren; class?: string }

const FOCUSABLE = 'button:not(:disabled), input, select, textarea, a[href]';

/** What can be reached in a panel, in order; a phone's entries are hidden on a desk. */
function reachable(panel: HTMLElement): HTMLElement[] {
  return [...panel.querySelectorAll<HTMLElement>(FOCUSABLE)]
    .filter((el) => el.getClientRects().length > 0);
}

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
    document.addEventListener('pointerdown', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
      const at = document.activeElement;
      if (panel.contains(at) || at === document.body) opener?.focus();
    };
  }, []);
  const keys = (e: KeyboardEvent) => {
    const all = reachable(el.current!);
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (e.key === 'Escape') close();
    else if (e.key === 'ArrowDown') all[(at + 1) % all.length]?.focus();
    else if (e.key === 'ArrowUp') all.at(at - 1)?.focus();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const blur = (e: FocusEvent) => {
    const to = e.relatedTarget as Element | null;
    if (to && !el.current?.contains(to) && !to.closest('[aria-haspopup]')) close();
  };
  return (
    <div ref={el} class={`popover ${extra}`} role="dialog" aria-label={label} onKeyDown={keys}
      onFocusOut={blur}>
      {children}
    </div>
  );
}
