import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WebApplication } from '#runtime/http/web.ts';

/** What people see in a browser; each is a folder of `web/`. */
export const applications = ['storefront', 'console'] as const;

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

/** What the pages are made of. */
const sources = [
  'web',
  'src/contracts',
  'src/kernel',
  'scripts/build-web.ts',
  'scripts/web-plugins.ts',
  'package-lock.json',
];

export function webBuild(root: string): string {
  return join(root, 'web', 'dist');
}

/** Says of which sources the pages that lie there are. */
export function builtStamp(root: string): string {
  return join(webBuild(root), 'stamp.txt');
}

/** Whether the pages that lie there are of the sources as they are. */
export function isWebBuilt(root: string): boolean {
  const path = builtStamp(root);
  return existsSync(path) && readFileSync(path, 'utf8') === sourceStamp(root);
}

/** What the gateway serves beside the API; nothing where it was not built. */
export function webApplications(root: string): readonly WebApplication[] {
  if (!existsSync(builtStamp(root))) return [];
  return [
    { at: '/', folder: join(webBuild(root), 'storefront') },
    // Diagrams are drawn with styles in them.
    { at: '/console/', folder: join(webBuild(root), 'console'), inlineStyles: true },
  ];
}

export function sourceStamp(root: string): string {
  const hash = createHash('sha256');
  for (const source of sources) {
    const path = join(root, source);
    if (!existsSync(path)) continue;
    for (const file of filesAt(path)) hash.update(`${file.slice(root.length)}\n`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesAt(path: string): string[] {
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(path, { withFileTypes: true })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isFile()) return [join(path, entry.name)];
      return entry.isDirectory() && entry.name !== 'dist' ? filesAt(join(path, entry.name)) : [];
    });
}
