import { chmodSync, cpSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { locateBinaries } from './binaries.ts';
import { chooseOwner } from './owner.ts';

let home: string;
let project: string;
let cacheDirectory: string;
let caches = 0;
const said: string[] = [];
const log = { info: (message: string) => said.push(message), warn: () => undefined, error: () => undefined };
const owner = chooseOwner('/nowhere');

/** The package as npm leaves it where it may not run install scripts: without the links between libraries. */
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'suanpan-binaries-'));
  project = join(home, 'project');
  const { postgres } = await locateBinaries({ log, owner });
  const native = join(postgres, '../..');
  cpSync(native, join(project, 'native'), { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() });
});

beforeEach(() => {
  said.length = 0;
  caches += 1;
  cacheDirectory = join(home, `cache-${caches}`);
  for (const { target } of links()) rmSync(join(project, target), { force: true });
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

function links(): { target: string }[] {
  return JSON.parse(readFileSync(join(project, 'native/pg-symlinks.json'), 'utf8'));
}

function locate() {
  return locateBinaries({ log, owner, installation: join(project, 'native'), cacheDirectory });
}

describe('the programs', () => {
  test('run in their place once the missing links are restored', async () => {
    chmodSync(home, 0o755);
    chmodSync(project, 0o755);
    const binaries = await locate();
    expect(binaries.postgres).toBe(join(project, 'native/bin/postgres'));
    expect(binaries).toMatchObject({ version: expect.stringMatching(/^18\./), majorVersion: 18 });
    for (const { target } of links()) expect(lstatSync(join(project, target)).isSymbolicLink()).toBe(true);
  });

  test.runIf(owner !== undefined)('are copied to where their user can run them, once', async () => {
    chmodSync(home, 0o711);
    chmodSync(project, 0o700);
    const [first, second] = await Promise.all([locate(), locate()]);
    expect(first.postgres.startsWith(cacheDirectory)).toBe(true);
    expect(second).toEqual(first);
    const inode = statSync(first.postgres).ino;
    expect(await locate()).toEqual(first);
    expect(statSync(first.postgres).ino).toBe(inode);
    expect(readdirSync(cacheDirectory)).toHaveLength(1);
    expect(said.join()).toContain(`used from ${cacheDirectory}`);
  });
});
