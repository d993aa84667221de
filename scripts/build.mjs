import './node-version.mjs';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { root } from './root.mjs';
import { runScript, StepFailed, step } from './step.mjs';

const NODE_ENTRIES = {
  groundswell: 'peer-node/cli/main.ts',
  'engine-worker': 'peer-node/engine-worker.ts',
};
const PAGES = 'browser-peer/pages';
const BROWSER_WORKER = 'browser-peer/engine-worker.ts';
const STATIC_FILES = new Set(['.html', '.css', '.svg', '.png', '.ico', '.webmanifest', '.txt']);

/** What a browser is sent in fewer bytes. */
const COMPRESSED_FILES = new Set(['.html', '.css', '.js', '.svg', '.webmanifest']);
const COMPRESSIONS = { '.br': promisify(brotliCompress), '.gz': promisify(gzip) };

const isProgram = (file) => /(?<!\.test|\.d)\.ts$/.test(file);

/** What the bundles are made of. */
const SOURCES = [
  'core',
  'shaders',
  'coordinator',
  'peer-node',
  'browser-peer',
  'scripts',
  'package-lock.json',
];
const FINGERPRINT = 'dist/.sources';

const everyBundle = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  loader: { '.wgsl': 'text' },
  sourcemap: true,
  logLevel: 'silent',
};

/** Packages stay outside, so that native ones load from node_modules. */
const nodeBundle = { ...everyBundle, platform: 'node', target: 'node20', packages: 'external' };

const browserBundle = {
  ...everyBundle,
  platform: 'browser',
  target: 'es2022',
  entryNames: '[name]',
  chunkNames: 'chunks/[name]-[hash]',
  splitting: true,
  minify: true,
};

/** Makes dist/. Throws StepFailed with every fault found. */
export async function build() {
  await step('build', async () => {
    const pageScripts = (await filesOf(PAGES)).filter(isProgram);
    const entries = [...Object.values(NODE_ENTRIES), BROWSER_WORKER, `${PAGES}/index.html`];
    const missing = (
      await Promise.all(entries.map(async (file) => ((await exists(file)) ? [] : [file])))
    ).flat();
    if (missing.length > 0)
      throw new StepFailed('build', missing.map((file) => `${file} is missing`).join('\n'));

    await rm(join(root, 'dist'), { recursive: true, force: true });
    await Promise.all([
      bundle({ ...nodeBundle, entryPoints: NODE_ENTRIES, splitting: true, outdir: 'dist' }),
      bundle({ ...browserBundle, entryPoints: [...pageScripts, BROWSER_WORKER], outdir: 'dist/pages' }),
    ]);
    await copyStaticFiles();
    await compressPages();
    await writeFile(join(root, FINGERPRINT), await fingerprint());
  });
}

/**
 * Bundles every program of a folder side by side, so that one may import another at run time, with the engine's worker
 * that they may start. Resolves to their folder.
 */
export async function buildPrograms(folder) {
  const outdir = `dist/${folder}`;
  const programs = (await filesOf(folder)).filter((file) => dirname(file) === folder && isProgram(file));
  const entryPoints = [...programs, NODE_ENTRIES['engine-worker']];
  await bundle({ ...nodeBundle, entryPoints, entryNames: '[name]', outdir });
  return outdir;
}

/** `build`, unless dist/ was made from the sources as they are now. */
export async function buildIfChanged() {
  const built = await readFile(join(root, FINGERPRINT), 'utf8').catch(() => undefined);
  if (built !== (await fingerprint())) await build();
}

async function bundle(options) {
  const { build } = await import('esbuild');
  try {
    await build(options);
  } catch (error) {
    if (!error.errors) throw error;
    throw new StepFailed('build', error.message);
  }
}

async function copyStaticFiles() {
  const files = (await filesOf(PAGES)).filter((file) => STATIC_FILES.has(extname(file)));
  await mkdir(join(root, 'dist/pages'), { recursive: true });
  await Promise.all(
    files.map((file) => cp(join(root, file), join(root, 'dist/pages', file.slice(PAGES.length + 1)))),
  );
}

/** Leaves each page file compressed beside itself, so that the coordinator spends no time on it. */
async function compressPages() {
  const files = (await filesOf('dist/pages')).filter((file) => COMPRESSED_FILES.has(extname(file)));
  await Promise.all(
    files.map(async (file) => {
      const content = await readFile(join(root, file));
      for (const [ending, compress] of Object.entries(COMPRESSIONS)) {
        await writeFile(join(root, `${file}${ending}`), await compress(content));
      }
    }),
  );
}

/** Changes with any source's name, size or time of change. */
async function fingerprint() {
  const files = (await Promise.all(SOURCES.map(filesOf))).flat().sort();
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = await stat(join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** The files under a folder (or the file itself), as paths from the root; none where nothing is there. */
async function filesOf(path) {
  const found = await stat(join(root, path)).catch(() => undefined);
  if (!found) return [];
  if (found.isFile()) return [path];
  return (
    await Promise.all((await readdir(join(root, path))).map((name) => filesOf(`${path}/${name}`)))
  ).flat();
}

async function exists(path) {
  return (await stat(join(root, path)).catch(() => undefined)) !== undefined;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  await runScript(async () => {
    await build();
    return 0;
  });
}
