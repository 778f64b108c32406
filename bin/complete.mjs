import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pinnedNode } from './launch.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * npm leaves out optional packages that say they are not for the Node it runs on: on Debian's Node 18 the binaries of our
 * test and lint tools, though they run on the Node that came along. Then npm is run once more, on that one.
 */
export function completeInstallation() {
  const node = pinnedNode();
  const npm = process.env.npm_execpath;
  if (!node || !npm || missing().length === 0) return;
  process.stdout.write(`npm left out ${missing().join(', ')}: installing again with the Node that came along\n`);
  spawnSync(node, ['--no-deprecation', npm, 'install'], { cwd: root, stdio: 'inherit' });
}

function missing() {
  const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8'));
  const isOurs = ({ os, cpu, libc }) =>
    os?.includes(process.platform) && cpu?.includes(process.arch) && !libc?.includes('musl');
  return Object.keys(packages).filter((path) => isOurs(packages[path]) && !existsSync(root + path));
}
