import { expect, test } from 'vitest';
import { plainFailure } from './data-directory.ts';

const layout = { root: '/data', cluster: '/data/postgres', passwordFile: '', startupLog: '' };

/** What PostgreSQL 18 printed on a full disk, and elsewhere. */
test.each([
  [
    `FATAL:  could not extend file "base/1/2691": No space left on device
HINT:  Check free disk space.
PANIC:  cannot abort transaction 1, it was already committed`,
    'The disk that holds /data is full: PostgreSQL cannot start. Make room and start again.',
  ],
  [
    `ERROR:  could not extend file "base/1/1255": wrote only 4096 of 8192 bytes at block 8
HINT:  Check free disk space.
PANIC:  cannot abort transaction 1, it was already committed`,
    'The disk that holds /data is full: PostgreSQL cannot start. Make room and start again.',
  ],
  [
    `2026-11-20 10:30:00 UTC [7] LOG:  starting
2026-11-20 10:30:00 UTC [7] FATAL:  could not map anonymous shared memory: Cannot allocate memory
2026-11-20 10:30:00 UTC [7] LOG:  database system is shut down`,
    'PostgreSQL cannot start on /data/postgres: could not map anonymous shared memory: Cannot allocate memory',
  ],
  ['', 'PostgreSQL cannot start on /data/postgres: it ended with 1'],
])('what PostgreSQL printed becomes one plain sentence (%#)', (output, sentence) => {
  expect(plainFailure(output, layout, 'it ended with 1')).toBe(sentence);
});
