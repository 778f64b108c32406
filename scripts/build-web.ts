/**
 * Builds the storefront and the console into `web/dist/`, unless what lies there is of these very sources: `npm run build:web`.
 * Each file is compressed here once, so that nobody has to while it is asked for.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { applications, builtStamp, isWebBuilt, sourceStamp, webBuild } from '../src/apps/web.ts';
import { contracts, diagramsOfMermaid, languagesOfReactAria } from './web-plugins.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const compressible = /\.(js|css|html|svg|json)$/;

async function main(): Promise<void> {
  if (isWebBuilt(root)) {
    process.stdout.write('The web pages are built already.\n');
    return;
  }
  const startedMs = performance.now();
  process.stdout.write('Building the web pages: ');
  const stamp = sourceStamp(root);
  rmSync(webBuild(root), { recursive: true, force: true });
  for (const name of applications) {
    process.stdout.write(`${name} … `);
    await buildApplication(name);
  }
  await compressAll(webBuild(root));
  writeFileSync(builtStamp(root), stamp);
  process.stdout.write(`done in ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`);
}

async function buildApplication(name: (typeof applications)[number]): Promise<void> {
  // Whatever this is started from: else React comes as for its own developers, twice as large.
  process.env.NODE_ENV = 'production';
  await build({
    configFile: false,
    logLevel: 'warn',
    root: `${root}web/${name}`,
    base: name === 'storefront' ? '/' : `/${name}/`,
    publicDir: `${root}web/ui/public`,
    plugins: [react(), contracts(root), languagesOfReactAria(), diagramsOfMermaid()],
    build: {
      outDir: `${root}web/dist/${name}`,
      emptyOutDir: true,
      target: 'es2023',
      cssTarget: ['chrome123', 'safari17.5', 'firefox120'],
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 4_000,
    },
  });
}

async function compressAll(folder: string): Promise<void> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => compressible.test(path));
  await Promise.all(
    paths.map(async (path) => {
      const bytes = readFileSync(`${folder}/${path}`);
      // The last per cent of a large one takes seconds.
      const quality = bytes.length > 300_000 ? 6 : 11;
      const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
      writeFileSync(`${folder}/${path}.br`, await promisify(brotliCompress)(bytes, { params }));
      writeFileSync(`${folder}/${path}.gz`, await promisify(gzip)(bytes));
    }),
  );
}

await main();
