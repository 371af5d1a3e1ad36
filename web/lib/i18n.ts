// The page's words. Swedish comes with the script, English when asked for.
//
// A text may have holes, "{name}"; one that counts is an object of plural forms, chosen by {n}.
import { signal } from '@preact/signals';
import sv from '../i18n/sv.json';
import { prefs, remember } from './prefs';

export type Lang = 'sv' | 'en';
type Texts = { [key: string]: string | Texts };
type Holes = Record<string, string | number>;

export const lang = signal<Lang>('sv');
const texts = signal<Texts>(sv as Texts);

/** The first of the wanted languages that there is. */
export function pick(wanted: readonly string[]): Lang {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0];
    if (base === 'sv' || base === 'en') return base;
  }
  return 'sv';
}

export function fill(text: string, holes?: Holes): string {
  return holes ? text.replace(/\{(\w+)\}/g, (all, name) => String(holes[name] ?? all)) : text;
}

export function find(tree: Texts, key: string): string | Texts | undefined {
  let at: string | Texts | undefined = tree;
  for (const part of key.split('.')) {
    if (typeof at !== 'object') return undefined;
    at = at[part];
  }
  return at;
}

/** The text of a key in the language of the page. */
export function t(key: string, holes?: Holes): string {
  const found = find(texts.value, key);
  if (typeof found === 'string') return fill(found, holes);
  if (!found) return key;
  const form = new Intl.PluralRules(lang.value).select(Number(holes?.n));
  return fill(String(found[form] ?? found.other), holes);
}

export async function setLang(wanted: Lang): Promise<void> {
  const found = wanted === 'sv' ? sv : (await import('../i18n/en.json')).default;
  texts.value = found as Texts;
  lang.value = wanted;
}

export async function chooseLang(wanted: Lang): Promise<void> {
  remember({ lang: wanted });
  await setLang(wanted);
}

/** Before the first thing is drawn. */
export async function startLang(): Promise<void> {
  // If the words don't come, Swedish is here, and better than nothing.
  await setLang(prefs.peek().lang || pick(navigator.languages)).catch(() => {});
}

export function clock(ms: number): string {
  return new Intl.DateTimeFormat(lang.value, { hour: '2-digit', minute: '2-digit' }).format(ms);
}

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(lang.value, { maximumFractionDigits: digits }).format(value);
}
