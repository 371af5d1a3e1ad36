// Real-time text and captions as a running text, and the line where one writes oneself.
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { endLine, writeLine } from '../lib/actions';
import { nameOf } from '../lib/events';
import { t } from '../lib/i18n';
import { LINE_MAX } from '../lib/rtt';
import { lines, me, self } from '../lib/state';

export function TextSheet() {
  const text = useSignal('');
  const list = useRef<HTMLDivElement>(null);
  const all = lines.value;
  const role = me.value?.role;
  const captions = role === 'captioner' || role === 'interpreter';
  useLayoutEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [all]);
  const input = (e: Event) => {
    text.value = (e.currentTarget as HTMLInputElement).value;
    writeLine(text.value);
  };
  const done = (e: Event) => {
    e.preventDefault();
    endLine();
    text.value = '';
  };
  return (
    <>
      <div class="body" ref={list} tabIndex={0} role="region" aria-label={t('text.title')}>
        {!all.length && <p class="empty q">{t(captions ? 'text.emptyCaptions' : 'text.empty')}</p>}
        <ol class="msgs">
          {all.map((l) => (
            <li key={`${l.member}/${l.line}/${l.caption}`} class={l.done ? 'line' : 'line new'}
              data-line={l.line}>
              <b>{l.member === self.value ? t('chat.you') : l.name ?? nameOf(l.member)}</b>
              <span>{l.text}</span>
            </li>
          ))}
        </ol>
      </div>
      {role !== 'audience' && (
        <div class="below">
          <form class="write" onSubmit={done}>
            <label class="field">
              <span class="over">{t(captions ? 'text.writeCaptions' : 'text.write')}</span>
              <input class="in" value={text.value} maxLength={LINE_MAX} data-first
                autocomplete="off" onInput={input} />
            </label>
            <p class="q small">{t('text.hint')}</p>
          </form>
        </div>
      )}
    </>
  );
}
