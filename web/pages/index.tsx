// Every address of the page begins here. The way into a meeting comes with the first script, the
// rest when it is asked for.
import '../css/all.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { lang, startLang } from '../lib/i18n';
import { keepFocus } from '../ui/focus';
import { ProblemPage } from '../ui/kind';
import { Home } from './home';
import { showMeeting } from './meeting';

/** A part of the page that doesn't come: the network, not the address. */
const OFFLINE = { type: '/problem/offline', title: '', status: 0 };

async function start(): Promise<void> {
  const root = document.getElementById('app')!;
  const path = location.pathname;
  keepFocus();
  await startLang();
  effect(() => { document.documentElement.lang = lang.value; });
  if (path.startsWith('/m/')) return showMeeting(root);
  if (path === '/test') {
    const part = await import('./test').catch(() => null);
    return render(part ? <part.TestPage /> : <ProblemPage found={OFFLINE} />, root);
  }
  if (path === '/tillganglighet') {
    const part = await import('./accessibility').catch(() => null);
    return render(part ? <part.Accessibility /> : <ProblemPage found={OFFLINE} />, root);
  }
  render(<Home />, root);
}

void start();
