// Run by `npm install`: builds the pages for browsers, on the Node that came along.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { completeInstallation } from './complete.mjs';
import { launch } from './launch.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

if (existsSync(`${root}node_modules/vite`)) {
  // What completes the installation runs this once more.
  if (!process.env.SUANPAN_COMPLETING) {
    process.env.SUANPAN_COMPLETING = '1';
    completeInstallation();
  }
  await launch(`${root}scripts/build-web.ts`, []);
} else {
  process.stdout.write('Without the development dependencies the web pages are not built.\n');
}
