// After the meeting: back in, what to keep, the way home.
import { chat, left, meeting } from '../lib/state';
import { clock, t } from '../lib/i18n';
import { join } from '../lib/session';
import { Frame } from './frame';
import { Icon } from './icon';
import { Rate } from './rate';

function saveChat(): void {
  const lines = chat.peek().map((c) => `${clock(c.at)} ${c.name}: ${c.text}`);
  const url = URL.createObjectURL(new Blob([lines.join('\n')], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${meeting.peek()?.title || t('home.untitled')}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function Left() {
  const why = left.value;
  const title = meeting.value?.title || t('home.untitled');
  const again = why === 'left' || why === 'replaced';
  return (
    <Frame>
      <main class="left" id="main" tabIndex={-1} data-left={why}>
        <section class="bye">
          <h1>{t(`left.${why}.title`)}</h1>
          <p class="lead">{t(`left.${why}.text`, { title })}</p>
          <div class="row acts">
            {again && (
              <button type="button" class="btn primary big" onClick={join}>
                {t('left.again')}
              </button>
            )}
            <a class={again ? 'btn plain' : 'btn primary big'} href="/">{t('kind.home')}</a>
          </div>
        </section>
        {(why === 'left' || why === 'ended') && <Rate />}
        {chat.value.length > 0 && (why === 'left' || why === 'ended') && (
          <section class="card pad keep" aria-labelledby="keep">
            <h2 id="keep">{t('left.keep')}</h2>
            <p class="q">{t('left.keepText', { n: chat.value.length })}</p>
            <button type="button" class="btn" onClick={saveChat}>
              <Icon name="download" />{t('left.saveChat')}
            </button>
          </section>
        )}
      </main>
    </Frame>
  );
}
