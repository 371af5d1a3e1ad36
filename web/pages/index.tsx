// Every address of the page begins here. The way into a meeting comes with the first script, the
// rest when it is asked for.
import '../css/all.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { lang, startLang } from '../lib/i18n';
import { keepFocus } from '../ui/focus';
import { Home } from './home';
import { showMeeting } from './meeting';

async function start(): Promise<void> {
  const root = document.getElementById('app')!;
  const path = location.pathname;
  keepFocus();
  await startLang();
  effect(() => { document.documentElement.lang = lang.value; });
  if (path.startsWith('/m/')) return showMeeting(root);
  if (path === '/test') {
    const { TestPage } = await import('./test');
    return render(<TestPage />, root);
  }
  if (path === '/tillganglighet') {
    const { Accessibility } = await import('./accessibility');
    return render(<Accessibility />, root);
  }
  render(<Home />, root);
}

void start();
