// Background blur and noise suppression: fetched only when somebody chooses them.
import { signal } from '@preact/signals';
import { improveBy, notImproved } from '../lib/devices';
import { prefs, remember } from '../lib/prefs';

/** Which of them is being fetched. */
export const wait = signal<'' | 'noise' | 'blur'>('');

async function load(what: 'noise' | 'blur', on: boolean): Promise<void> {
  const kind = what === 'noise' ? 'mic' : 'camera';
  if (!on) return improveBy(kind, null);
  wait.value = what;
  try {
    const { improve } = what === 'noise' ? await import('../lib/noise') : await import('./blur');
    await improveBy(kind, improve);
  } catch {
    notImproved(kind);
  } finally {
    wait.value = '';
  }
}

export function setNoise(on: boolean): Promise<void> {
  remember({ noise: on });
  return load('noise', on);
}

export function setBlur(on: boolean): Promise<void> {
  remember({ blur: on });
  return load('blur', on);
}

/** What was chosen the last time, when the devices are open. */
export function improveAsRemembered(): void {
  if (prefs.peek().noise) void load('noise', true);
  if (prefs.peek().blur) void load('blur', true);
}
