// Plain JavaScript that any Node can read: an old Node cannot run TypeScript, so this comes before everything else.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Whether this Node runs TypeScript as it is; without a flag that is 22.18, 23.6 and newer. */
export function runsTypeScript() {
  return Boolean(process.features.typescript);
}

/** The Node that `npm install` brings along for this machine, as an optional dependency; undefined where there is none. */
export function pinnedNode() {
  const path = fileURLToPath(
    new URL(`../node_modules/node-${process.platform}-${process.arch}/bin/node`, import.meta.url),
  );
  return existsSync(path) ? path : undefined;
}

export const tooOld =
  `Suanpan needs Node 22.18 or newer and this is ${process.versions.node}: run 'npm install' first, ` +
  'which brings its own on Linux (x64, arm64); elsewhere install one from https://nodejs.org';
