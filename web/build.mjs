// Bundles the browser client: web/pages/index.tsx becomes a hashed script and /index.html, what
// it imports when needed (the other pages) becomes hashed scripts of their own, web/public/ is
// copied as it is, and the result is handed to tools/embed.py, which writes the C table that the
// program is linked with. OUT.json says what each page loads before it shows anything.
//
//   node build.mjs --out DIR [--table FILE.c] [--depfile FILE.d] [--python PYTHON]
//
// What a page may import beside TypeScript and CSS:
//   'worker:./x.ts'   the URL of a worker or worklet, bundled by itself
//   'url:PACKAGE/x'   the URL of a file taken as it is (scripts of a package, say)
//   './x.wasm' and the like: the URL of that file, see LOADERS
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const WEB = path.dirname(fileURLToPath(import.meta.url));
const ENTRY = 'pages/index.tsx';
const LOADERS = {
  '.binarypb': 'file', '.data': 'file', '.tflite': 'file', '.wasm': 'file',
  '.woff2': 'file', '.png': 'file', '.webp': 'file', '.ogg': 'file', '.svg': 'file',
};

const COMMON = {
  absWorkingDir: WEB,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  metafile: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: LOADERS,
  publicPath: '/',
  entryNames: 'assets/[name]-[hash]',
  chunkNames: 'assets/[name]-[hash]',
  assetNames: 'assets/[name]-[hash]',
  legalComments: 'none',
  logLevel: 'warning',
  charset: 'utf8',
};

function options() {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      table: { type: 'string' },
      depfile: { type: 'string' },
      python: { type: 'string', default: 'python3' },
    },
  });
  if (!values.out) throw new Error('--out is missing');
  return values;
}

const args = options();
const out = path.resolve(args.out);

// Files that the result depends on, for ninja.
const inputs = new Set();

function note(metafile) {
  for (const name of Object.keys(metafile.inputs)) {
    const file = path.resolve(WEB, name.replace(/^[a-z]+:/, ''));
    if (fs.existsSync(file)) inputs.add(file);
  }
}

async function resolved(build_, from, prefix) {
  const target = await build_.resolve(from.path.slice(prefix.length), {
    resolveDir: from.resolveDir, kind: 'import-statement', importer: from.importer,
  });
  if (target.errors.length) return { errors: target.errors };
  inputs.add(target.path);
  return target.path;
}

// 'worker:./x.ts' and 'url:x': both end as a file of their own, and its URL.
const urls = {
  name: 'urls',
  setup(build_) {
    build_.onResolve({ filter: /^worker:/ }, async (from) => {
      const file = await resolved(build_, from, 'worker:');
      if (typeof file !== 'string') return file;
      return { path: file.replace(/\.tsx?$/, '.js'), namespace: 'worker', pluginData: file };
    });
    build_.onLoad({ filter: /.*/, namespace: 'worker' }, async ({ pluginData }) => {
      const { metafile, outputFiles } = await build({
        ...COMMON, entryPoints: [pluginData], write: false, outdir: out, plugins: [urls],
      });
      note(metafile);
      const entry = Object.keys(metafile.outputs).find((o) => metafile.outputs[o].entryPoint);
      const script = outputFiles.find((f) => f.path === path.resolve(WEB, entry));
      for (const file of outputFiles) {
        if (file === script) continue;
        fs.mkdirSync(path.dirname(file.path), { recursive: true });
        fs.writeFileSync(file.path, file.contents);
      }
      return { contents: script.contents, loader: 'file' };
    });
    build_.onResolve({ filter: /^url:/ }, async (from) => {
      const file = await resolved(build_, from, 'url:');
      return typeof file === 'string' ? { path: file, namespace: 'url' } : file;
    });
    build_.onLoad({ filter: /.*/, namespace: 'url' }, (found) => ({
      contents: fs.readFileSync(found.path), loader: 'file',
    }));
  },
};

// The scripts that a page loads before it shows anything: its entry and static imports.
function closure(outputs, entry) {
  const seen = new Set();
  const visit = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const i of outputs[name].imports) {
      if (i.kind === 'import-statement' && outputs[i.path]) visit(i.path);
    }
  };
  visit(entry);
  return [...seen];
}

function compressed(file) {
  return gzipSync(fs.readFileSync(file), { level: 9 }).length;
}

function shell(template, scripts, sheets) {
  const styles = sheets.map((s) => `<link rel="stylesheet" href="/${s}">`);
  const preloads = scripts.slice(1).map((s) => `<link rel="modulepreload" href="/${s}">`);
  return template
    .replace('{{styles}}', styles.join('\n    '))
    .replace('{{scripts}}',
      [...preloads, `<script type="module" src="/${scripts[0]}"></script>`].join('\n    '));
}

// The licences of the packages that are bundled, at /licences.txt.
function licences() {
  const dirs = new Map();
  for (const file of inputs) {
    const m = file.match(/^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//);
    if (m) dirs.set(m[2], m[1]);
  }
  const parts = [];
  for (const [name, dir] of [...dirs].sort()) {
    const about = JSON.parse(fs.readFileSync(path.join(dir, 'package.json'), 'utf8'));
    const text = fs.readdirSync(dir).filter((f) => /^licen[cs]e/i.test(f)).sort()
      .map((f) => fs.readFileSync(path.join(dir, f), 'utf8'));
    parts.push([`${name} ${about.version} (${about.license})`, ...text].join('\n\n'));
  }
  return parts.join('\n\n----\n\n') + '\n';
}

function copyPublic() {
  const from = path.join(WEB, 'public');
  if (!fs.existsSync(from)) return;
  fs.cpSync(from, out, { recursive: true });
  inputs.add(from);
  for (const f of fs.readdirSync(from, { recursive: true })) inputs.add(path.join(from, f));
}

async function main() {
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });
  inputs.add(path.join(WEB, 'shell.html'));

  const { metafile } = await build({
    ...COMMON, entryPoints: [ENTRY], outdir: out, splitting: true, plugins: [urls],
  });
  note(metafile);

  const template = fs.readFileSync(path.join(WEB, 'shell.html'), 'utf8');
  const rel = (name) => path.relative(out, path.resolve(WEB, name));
  const { outputs } = metafile;
  const entry = Object.keys(outputs).find((name) => outputs[name].entryPoint === ENTRY);
  const first = closure(outputs, entry);
  const manifest = {};
  for (const [name, output] of Object.entries(outputs)) {
    if (path.dirname(output.entryPoint ?? '') !== path.dirname(ENTRY)) continue;
    const scripts = [...new Set([...first, ...closure(outputs, name)])].map(rel);
    const script_gz = scripts.reduce((sum, s) => sum + compressed(path.join(out, s)), 0);
    manifest[path.basename(output.entryPoint, '.tsx')] = { scripts, script_gz };
  }
  const { cssBundle } = outputs[entry];
  const page = shell(template, first.map(rel), cssBundle ? [rel(cssBundle)] : []);
  fs.writeFileSync(path.join(out, 'index.html'), page);
  copyPublic();
  fs.writeFileSync(path.join(out, 'licences.txt'), licences());
  fs.writeFileSync(`${out}.json`, JSON.stringify(manifest, null, 2) + '\n');

  if (args.table) {
    const embed = path.join(WEB, '..', 'tools', 'embed.py');
    execFileSync(args.python, [embed, out, args.table], { stdio: 'inherit' });
  }
  if (args.depfile) {
    const escaped = [...inputs].sort().map((f) => f.replace(/ /g, '\\ '));
    fs.writeFileSync(args.depfile, `${args.table}: ${escaped.join(' ')}\n`);
  }
}

try {
  await main();
} catch (error) {
  if (!error.errors) throw error;       // esbuild has printed its own
  process.exit(1);
}
