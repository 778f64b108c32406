import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { processorSeconds, takenBy } from './processes.ts';

const onLinux = process.platform === 'linux';

test.skipIf(!onLinux)('a process is asked together with those that it started, of which some have ended', async () => {
  // A shell that starts one that works and ends, and one that goes on.
  const burn = `"${process.execPath}" -e 'while (process.cpuUsage().user < 300_000);'`;
  const child = spawn('/bin/sh', ['-c', `${burn}; echo burned; "${process.execPath}" -e 'process.stdin.resume()'; :`]);
  try {
    await once(child.stdout, 'data');
    const alone = processorSeconds(process.pid) ?? 0;
    const taken = takenBy([child.pid ?? 0]);
    expect(taken?.seconds).toBeGreaterThanOrEqual(0.2);
    expect(taken?.rssMiB).toBeGreaterThan(0);
    expect(alone).toBeGreaterThanOrEqual(taken?.seconds ?? 0);
  } finally {
    child.stdin.end();
    await once(child, 'exit');
  }
});

test.skipIf(!onLinux)('nothing is told of a process that is not there', () => {
  expect(takenBy([2 ** 30])).toBeUndefined();
});
