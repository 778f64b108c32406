import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const setting = new URL('./pretenuring.ts', import.meta.url).href;

/** V8 complains of a flag that it does not know on the standard error, and goes on. */
const complaintsOf = async (program: string): Promise<string> =>
  (await run(process.execPath, ['--no-warnings', '--input-type=module', '--eval', program])).stderr;

test('V8 knows the flag that is turned off', async () => {
  expect(
    await complaintsOf(`import { setFlagsFromString } from 'node:v8'; setFlagsFromString('--no-such-thing')`),
  ).toMatch('no-such-thing');
  expect(await complaintsOf(`import { turnOffPretenuring } from '${setting}'; turnOffPretenuring()`)).toBe('');
});
