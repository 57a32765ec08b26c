// Bundles the page into three files that src/web embeds: index.html, app.js, app.css (and login.html); and the backtest
// report into one that src/backtest embeds: report.html, with its script and style inside.
//   node build.mjs [--outdir DIR]            the page, into DIR (default dist)
//   node build.mjs --report [--outdir DIR]   the report
//   node build.mjs --test                    the pure modules as plain JavaScript, for `node --test`
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const option = (name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const outdir = option('--outdir') ?? join(here, 'dist');
const page = { bundle: true, minify: true, format: 'iife', target: 'es2020', legalComments: 'none' };
const style = { bundle: true, minify: true };

if (process.argv.includes('--test')) {
  await esbuild.build({
    entryPoints: [
      ...['format', 'series', 'ticks', 'backoff'].map((stem) => join(here, 'src', `${stem}.ts`)),
      join(here, 'report', 'figures.ts'),
    ],
    outdir: join(here, 'dist', 'test'),
    outbase: here,
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    target: 'node18',
  });
} else if (process.argv.includes('--report')) {
  const text = async (options) => (await esbuild.build({ ...options, write: false })).outputFiles[0].text.trim();
  const script = await text({ ...page, entryPoints: [join(here, 'report', 'main.ts')] });
  const css = await text({ ...style, entryPoints: [join(here, 'report', 'report.css')] });
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(css)) throw new Error('the report would end its own script');
  const html = readFileSync(join(here, 'report', 'report.html'), 'utf8');
  mkdirSync(outdir, { recursive: true });
  // Replaced by functions: a text may hold $&.
  writeFileSync(join(outdir, 'report.html'), html.replace('@STYLE@', () => css).replace('@SCRIPT@', () => script));
} else {
  mkdirSync(outdir, { recursive: true });
  await esbuild.build({ ...page, entryPoints: { app: join(here, 'src', 'main.ts') }, outdir });
  await esbuild.build({ ...style, entryPoints: [join(here, 'src', 'app.css')], outdir });
  for (const file of ['index.html', 'login.html']) copyFileSync(join(here, 'src', file), join(outdir, file));
}
