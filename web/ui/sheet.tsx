// The side sheet: one at a time, beside the stage, or over it on a phone.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../lib/i18n';
import { ChatSheet } from './chat';
import { DevicesSheet } from './devicesheet';
import { HelpSheet } from './help';
import { Icon } from './icon';
import { InfoSheet } from './info';
import { PeopleSheet } from './people';
import { closeSheet, covered, sheet, type SheetName } from './room';
import { TextSheet } from './textsheet';

const SHEETS: Record<SheetName, { title: string; body: () => ComponentChildren }> = {
  chat: { title: 'chat.title', body: () => <ChatSheet /> },
  people: { title: 'people.title', body: () => <PeopleSheet /> },
  info: { title: 'info.title', body: () => <InfoSheet /> },
  text: { title: 'text.title', body: () => <TextSheet /> },
  devices: { title: 'devices.title', body: () => <DevicesSheet /> },
  help: { title: 'help.title', body: () => <HelpSheet /> },
};

export function Sheet() {
  const el = useRef<HTMLDivElement>(null);
  const name = sheet.value;
  useEffect(() => {
    if (!name) return;
    const first = el.current?.querySelector<HTMLElement>('[data-first]');
    (first ?? el.current?.querySelector<HTMLElement>('h2'))?.focus();
  }, [name]);
  if (!name) return null;
  const { title, body } = SHEETS[name];
  const keys = (e: KeyboardEvent) => {
    if (e.key !== 'Escape' || e.defaultPrevented) return;
    e.preventDefault();
    closeSheet();
  };
  return (
    <div ref={el} class="sheet" data-sheet={name} role={covered.value ? 'dialog' : 'complementary'}
      aria-modal={covered.value || undefined} aria-labelledby="sheet-title" onKeyDown={keys}>
      <div class="head">
        <h2 id="sheet-title" tabIndex={-1}>{t(title)}</h2>
        <button type="button" class="btn icon" aria-label={t('sheet.close')} onClick={closeSheet}>
          <Icon name="x" />
        </button>
      </div>
      {body()}
    </div>
  );
}
