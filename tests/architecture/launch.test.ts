import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';

const bin = fileURLToPath(new URL('../../bin', import.meta.url));
const pinned = `node_modules/node-${process.platform}-${process.arch}/bin/node`;
const tooOld = '--no-experimental-strip-types';
const houses: string[] = [];

afterEach(() => {
  for (const house of houses.splice(0)) rmSync(house, { recursive: true, force: true });
});

/** A project with our launcher and these files; those under a `bin` folder can be run. */
function house(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'suanpan-launch-'));
  houses.push(root);
  cpSync(bin, join(root, 'bin'), { recursive: true });
  for (const [path, content] of Object.entries({ 'package-lock.json': '{"packages":{}}', ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    if (path.includes('/bin/')) chmodSync(join(root, path), 0o755);
  }
  return root;
}

/** Stands for the Node that came along: says so, and is a newer one. */
const itsOwnNode = `#!/bin/sh\necho "its own node"\nexec "${process.execPath}" "$@"\n`;
const program = 'const [, , ...args]: string[] = process.argv;\nconsole.log(args.join(" "));\nprocess.exitCode = 3;\n';

describe('the launcher', () => {
  test('runs the program with the Node that came along, though this one is too old', () => {
    const root = house({ [pinned]: itsOwnNode, 'program.ts': program });
    const { stdout, status } = spawnSync(process.execPath, [tooOld, 'bin/run.mjs', 'program.ts', 'a', '--b'], {
      cwd: root,
    });
    expect({ said: stdout.toString(), status }).toEqual({ said: 'its own node\na --b\n', status: 3 });
  });

  test('runs the program with this Node where none came along', () => {
    const root = house({ 'program.ts': program });
    const { stdout, status } = spawnSync(process.execPath, ['bin/run.mjs', 'program.ts', 'a', '--b'], { cwd: root });
    expect({ said: stdout.toString(), status }).toEqual({ said: 'a --b\n', status: 3 });
  });

  test('says in one line what is missing where this Node is too old and none came along', () => {
    const root = house({ 'program.ts': program });
    const { stdout, stderr, status } = spawnSync(process.execPath, [tooOld, 'bin/run.mjs', 'program.ts'], {
      cwd: root,
    });
    expect({ said: stdout.toString(), status }).toEqual({ said: '', status: 1 });
    expect(stderr.toString()).toMatch(/^Suanpan needs Node 22\.18 or newer and this is [\d.]+: .+\n$/);
  });

  test('lets the program use as much memory as it was given itself', () => {
    const telling = 'console.log(process.execArgv.join(" "));\n';
    const root = house({ [pinned]: `#!/bin/sh\nexec "${process.execPath}" "$@"\n`, 'program.ts': telling });
    const argv = [tooOld, '--max-semi-space-size=64', 'bin/run.mjs', 'program.ts'];
    expect(spawnSync(process.execPath, argv, { cwd: root }).stdout.toString()).toBe('--max-semi-space-size=64\n');
  });

  test('passes signals on, and the exit code back', async () => {
    const waiting =
      'process.on("SIGTERM", () => process.exit(7));\nsetInterval(() => {}, 60_000);\nconsole.log("up");\n';
    const root = house({ [pinned]: `#!/bin/sh\nexec "${process.execPath}" "$@"\n`, 'program.ts': waiting });
    const child = spawn(process.execPath, ['bin/run.mjs', 'program.ts'], { cwd: root });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await ended).toEqual([7, null]);
  });
});

describe('an installation', () => {
  const lock = JSON.stringify({
    packages: {
      'node_modules/tool': {},
      'node_modules/tool-here': { os: [process.platform], cpu: [process.arch] },
      'node_modules/tool-elsewhere': { os: ['beos'], cpu: [process.arch] },
      'node_modules/tool-musl': { os: [process.platform], cpu: [process.arch], libc: ['musl'] },
    },
  });
  const npm =
    "import { mkdirSync } from 'node:fs';\nconsole.log(process.argv[2]);\nmkdirSync('node_modules/tool-here');\n";
  const run = (root: string) =>
    spawnSync(process.execPath, ['bin/run.mjs', 'program.ts'], {
      cwd: root,
      env: { ...process.env, npm_execpath: join(root, 'npm.mjs') },
    }).stdout.toString();

  test('from which npm left out what is for this machine is completed once, with the Node that came along', () => {
    const files = { 'package-lock.json': lock, 'npm.mjs': npm, [pinned]: itsOwnNode, 'program.ts': program };
    const root = house(files);
    expect(run(root)).toMatch(/^npm left out node_modules\/tool-here: .+\nits own node\ninstall\nits own node\n\n$/);
    expect(existsSync(join(root, 'node_modules/tool-here'))).toBe(true);
    expect(run(root)).toBe('its own node\n\n');
  });
});
