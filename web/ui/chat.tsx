// The chat: what was said, and a line to write.
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { outgoing, resendChat, sendChat } from '../lib/actions';
import { clock, t } from '../lib/i18n';
import { chat, hosting, members, self } from '../lib/state';
import type { Chat } from '../lib/types';
import { Face } from './face';
import { Icon } from './icon';
import { seeChat } from './room';

const TEXT_MAX = 4000;
const NEAR_PX = 80;
const LINK = /\bhttps?:\/\/[^\s<>"]+[^\s<>".,:;!?)\]]/g;

/** Text with its web addresses as links. */
function Linked({ text }: { text: string }) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(at, found.index));
    parts.push(
      <a href={found[0]} target="_blank" rel="noopener noreferrer nofollow">{found[0]}</a>,
    );
    at = found.index + found[0].length;
  }
  parts.push(text.slice(at));
  return <>{parts}</>;
}

function Line({ line, follows }: { line: Chat; follows: boolean }) {
  const own = line.member === self.value;
  return (
    <li class={`msg ${follows ? 'follows' : ''}`} data-chat={line.chat}>
      {!follows && (
        <p class="who">
          <Face name={line.name} size="s" />
          <b>{own ? t('chat.you') : line.name}</b>
          <time class="q num">{clock(line.at)}</time>
          {line.to === 'hosts' && <span class="tag warn"><Icon name="lock" size="s" />
            {t('chat.toHosts')}</span>}
        </p>
      )}
      <p class="what"><Linked text={line.text} /></p>
    </li>
  );
}

function Unsent() {
  return (
    <>
      {outgoing.value.map((o) => (
        <li key={o.key} class="msg unsent">
          <p class="what">{o.text}</p>
          <p class="q small">
            {o.failed
              ? <button type="button" class="btn plain" onClick={() => resendChat(o.key)}>
                <Icon name="rotate-cw" size="s" />{t('chat.again')}
              </button>
              : t('chat.sending')}
          </p>
        </li>
      ))}
    </>
  );
}

function Write() {
  const text = useSignal('');
  const to = useSignal<'all' | 'hosts'>('all');
  const box = useRef<HTMLTextAreaElement>(null);
  const send = () => {
    const now = text.peek().trim();
    if (!now) return;
    sendChat(now, to.peek());
    text.value = '';
    if (box.current) box.current.style.height = '';
    box.current?.focus();
  };
  const grow = (e: Event) => {
    const area = e.currentTarget as HTMLTextAreaElement;
    text.value = area.value;
    area.style.height = '';
    area.style.height = `${Math.min(area.scrollHeight + 2, 160)}px`;
  };
  const keys = (e: KeyboardEvent) => {
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing) return;
    e.preventDefault();
    send();
  };
  return (
    <form class="write" onSubmit={(e) => { e.preventDefault(); send(); }}>
      {!hosting.value && (
        <label class="to"><span class="q small">{t('chat.to')}</span>
          <select class="in slim" value={to.value}
            onChange={(e) => { to.value = e.currentTarget.value as 'all' | 'hosts'; }}>
            <option value="all">{t('chat.all')}</option>
            <option value="hosts">{t('chat.hosts')}</option>
          </select>
        </label>
      )}
      <div class="row end">
        <textarea ref={box} class="in" rows={1} maxLength={TEXT_MAX} value={text.value} data-first
          aria-label={t('chat.write')} placeholder={t('chat.write')} onInput={grow}
          onKeyDown={keys} />
        <button type="submit" class="btn primary icon" aria-label={t('chat.send')}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}

export function ChatSheet() {
  const list = useRef<HTMLDivElement>(null);
  const near = useRef(true);
  const lines = chat.value;
  const count = lines.length + outgoing.value.length;
  useEffect(() => seeChat(), [count]);
  useLayoutEffect(() => {
    if (near.current && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [count]);
  const scrolled = () => {
    const { scrollTop, scrollHeight, clientHeight } = list.current!;
    near.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
  };
  return (
    <>
      <div class="body" ref={list} onScroll={scrolled} tabIndex={0} role="region"
        aria-label={t('chat.title')}>
        {count === 0 && (
          <p class="empty q">{t(members.value.size > 1 ? 'chat.empty' : 'chat.emptyAlone')}</p>
        )}
        <ol class="msgs">
          {lines.map((line, i) => {
            const before = lines[i - 1];
            const follows = before?.member === line.member && before.to === line.to
              && line.at - before.at < 120_000;
            return <Line key={line.chat} line={line} follows={follows} />;
          })}
          <Unsent />
        </ol>
      </div>
      <div class="below"><Write /></div>
    </>
  );
}
