// Bundles the page into three files that src/web embeds: index.html, app.js, app.css (and login.html).
//   node build.mjs [--outdir DIR]     the page, into DIR (default dist)
//   node build.mjs --test             the pure modules as plain JavaScript, for `node --test`
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const option = (name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};

if (process.argv.includes('--test')) {
  await esbuild.build({
    entryPoints: ['format', 'series', 'ticks', 'backoff'].map((stem) => join(here, 'src', `${stem}.ts`)),
    outdir: join(here, 'dist', 'test'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    target: 'node18',
  });
} else {
  const outdir = option('--outdir') ?? join(here, 'dist');
  mkdirSync(outdir, { recursive: true });
  await esbuild.build({
    entryPoints: { app: join(here, 'src', 'main.ts') },
    outdir,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2020',
    legalComments: 'none',
  });
  await esbuild.build({ entryPoints: [join(here, 'src', 'app.css')], outdir, minify: true });
  for (const page of ['index.html', 'login.html']) copyFileSync(join(here, 'src', page), join(outdir, page));
}
