import { describe, expect, test } from 'vitest';
import { makeLog } from './log.ts';

function logged(write: (log: ReturnType<typeof makeLog>) => void, level = 'info'): string {
  const lines: string[] = [];
  write(makeLog({ level, to: { write: (line: string) => void lines.push(line) } }));
  return lines.join('');
}

const secretNames = [
  'password',
  'accessToken',
  'refreshToken',
  'token',
  'authorization',
  'cookie',
  'secret',
  'privateKey',
];

describe('a log', () => {
  test('is one JSON object per line with level, time in UTC and message, and nothing of the machine', () => {
    const line = JSON.parse(logged((log) => log.info({ order: 'ord_1' }, 'paid'))) as Record<string, unknown>;
    expect(Object.keys(line)).toEqual(['level', 'time', 'order', 'msg']);
    expect(line).toMatchObject({ level: 'info', order: 'ord_1', msg: 'paid' });
    expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test.each(secretNames)(
    'never shows a %s, at the top, in an object, or in what that holds; in children too',
    (name) => {
      const hunter = { [name]: 'hunter2', other: 'shown' };
      const text = logged((log) => {
        log.info(hunter, 'top');
        log.info({ user: hunter }, 'in an object');
        log.warn({ request: { headers: hunter } }, 'in what that holds');
        log.info({ list: [hunter] }, 'in a list');
        log.child({ who: 'ann' }).error({ ...hunter }, 'from a child');
        log.child(hunter).info('as a child');
      });
      expect(text.match(/\[secret\]/g)).toHaveLength(6);
      expect(text.match(/"other":"shown"/g)).toHaveLength(6);
      expect(text).not.toContain('hunter2');
    },
  );

  test('tells an error with its causes, and not below its level', () => {
    const error = new Error('no tea', { cause: new Error('no water') });
    const text = logged((log) => {
      log.info('quiet');
      log.error({ err: error }, 'failed');
    }, 'warn');
    expect(text.trim().split('\n')).toHaveLength(1);
    expect(text).toContain('no tea');
    expect(text).toContain('no water');
  });
});
