// A module of the browser client, made into JavaScript for a test, with as much of a browser as
// it asks for: storage, languages, a location.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const WEB = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../web');
const { build } = createRequire(path.join(WEB, 'package.json'))('esbuild');

function storage() {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, String(value)),
    removeItem: (key) => kept.delete(key),
  };
}

function define(name, value) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

export function pretendBrowser({ languages = ['sv-SE'] } = {}) {
  define('localStorage', storage());
  define('sessionStorage', storage());
  define('navigator', { languages, userAgent: 'test' });
  define('location', new URL('https://ting.example/m/kod'));
}

// The exports of web/<file>; several files in one call share their modules.
export async function load(...files) {
  const source = files.map((f, i) => `export * as m${i} from './${f}';`).join('\n');
  const made = await build({
    stdin: { contents: source, resolveDir: WEB, loader: 'ts' },
    absWorkingDir: WEB, bundle: true, write: false, format: 'esm', target: 'node18',
    logLevel: 'error', jsx: 'automatic', jsxImportSource: 'preact',
  });
  const text = Buffer.from(made.outputFiles[0].contents).toString('base64');
  const all = await import(`data:text/javascript;base64,${text}`);
  const modules = files.map((_, i) => all[`m${i}`]);
  return files.length === 1 ? modules[0] : modules;
}
