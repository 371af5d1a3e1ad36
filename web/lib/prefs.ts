// What the page remembers of a person on this device, and nothing more.
import { effect, signal } from '@preact/signals';

export interface Prefs {
  name: string;
  lang: '' | 'sv' | 'en';
  micOn: boolean;
  cameraOn: boolean;
  mic: string;
  camera: string;
  speaker: string;
  keys: boolean;        // shortcuts answer
  sounds: boolean;      // knock, hand, chat
  noise: boolean;       // noise suppression of our own
  blur: boolean;
  captions: boolean;    // show captions and real-time text beneath the stage
  speakerView: boolean;
}

const KEY = 'ting';
const DEFAULTS: Prefs = {
  name: '', lang: '', micOn: true, cameraOn: true, mic: '', camera: '', speaker: '',
  keys: true, sounds: true, noise: false, blur: false, captions: true, speakerView: false,
};

function load(): Prefs {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
  } catch {
    return { ...DEFAULTS };
  }
}

export const prefs = signal<Prefs>(load());

export function remember(changed: Partial<Prefs>): void {
  prefs.value = { ...prefs.peek(), ...changed };
}

effect(() => {
  const text = JSON.stringify(prefs.value);
  try {
    localStorage.setItem(KEY, text);
  } catch {
    // Storage is switched off: nothing is remembered, everything works.
  }
});
