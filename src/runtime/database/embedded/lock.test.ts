import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockDirectory } from './lock.ts';
import { identityOf } from './processes.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'suanpan-lock-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const lockFile = () => join(directory, 'suanpan.lock');

describe('the lock of a folder', () => {
  test('goes to one of many who ask at once; it names the holder, and leaves nothing when given back', async () => {
    const asked = await Promise.allSettled([1, 2, 3, 4, 5].map(() => lockDirectory(directory)));
    const locks = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    expect(locks).toHaveLength(1);
    expect(JSON.parse(readFileSync(lockFile(), 'utf8'))).toEqual({
      pid: process.pid,
      identity: identityOf(process.pid),
    });
    locks[0]?.release();
    expect(readdirSync(directory)).toEqual([]);
    (await lockDirectory(directory)).release();
  });

  test.each([
    ['a process that is gone', () => ({ pid: 2 ** 22 + 1, identity: 'boot/1' })],
    ['an earlier process with the number of a living one', () => ({ pid: process.ppid, identity: 'boot/1' })],
  ])('is taken from %s', async (_, holder) => {
    writeFileSync(lockFile(), JSON.stringify(holder()));
    const lock = await lockDirectory(directory);
    expect(JSON.parse(readFileSync(lockFile(), 'utf8')).pid).toBe(process.pid);
    lock.release();
  });

  test('is taken where a crash of the machine left half a file', async () => {
    writeFileSync(lockFile(), '{"pid": 1');
    const lock = await lockDirectory(directory);
    expect(JSON.parse(readFileSync(lockFile(), 'utf8')).pid).toBe(process.pid);
    lock.release();
  });

  test('is refused where the file names a living process, as one in another network namespace may be', async () => {
    writeFileSync(lockFile(), JSON.stringify({ pid: process.ppid, identity: identityOf(process.ppid) }));
    await expect(lockDirectory(directory)).rejects.toThrow(
      `The data in ${directory} is in use by another Suanpan (process ${process.ppid})`,
    );
    expect(JSON.parse(readFileSync(lockFile(), 'utf8')).pid).toBe(process.ppid);
  });
});
