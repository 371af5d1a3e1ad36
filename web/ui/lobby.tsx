// Waiting outside: what happens now, and that nobody hears or sees one yet.
import { t } from '../lib/i18n';
import { leave } from '../lib/session';
import { line, meeting } from '../lib/state';
import { Frame } from './frame';
import { Icon } from './icon';
import { Mirror } from './mirror';

export function Lobby() {
  return (
    <Frame quiet>
      <main class="pre waiting" id="main" tabIndex={-1} data-lobby>
        <div class="me-now"><Mirror /></div>
        <section class="about">
          <span class="ic"><Icon name="door-open" size="l" /></span>
          <p class="over">{meeting.value?.title || t('home.untitled')}</p>
          <h1>{t('lobby.title')}</h1>
          <p class="lead" role="status">
            {t(line.value === 'up' ? 'lobby.text' : 'net.waiting')}
          </p>
          <div class="row acts">
            <button type="button" class="btn" onClick={leave}>{t('lobby.leave')}</button>
          </div>
        </section>
      </main>
    </Frame>
  );
}
