import { describe, expect, test } from 'vitest';
import { Gate, hashPassword, isPassword } from './passwords.ts';

describe('a password', () => {
  test('is known again by its hash, which is argon2id and different each time', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await isPassword('correct horse', one)).toBe(true);
    expect(await isPassword('Correct horse', one)).toBe(false);
  });

  test('of nobody is never right', async () => {
    expect(await isPassword('correct horse', undefined)).toBe(false);
    expect(await isPassword('', undefined)).toBe(false);
  });

  test('is the same however its characters are composed', async () => {
    const composed = await hashPassword('Ångström-é');
    expect(await isPassword('A\u030angstro\u0308m-e\u0301', composed)).toBe(true);
  });
});

describe('the gate', () => {
  function tasks(): {
    task: (name: string) => () => Promise<string>;
    running: Set<string>;
    finish: (name: string) => void;
  } {
    const running = new Set<string>();
    const ends = new Map<string, () => void>();
    return {
      running,
      finish: (name) => ends.get(name)?.(),
      task: (name) => () =>
        new Promise((resolve) => {
          running.add(name);
          ends.set(name, () => {
            running.delete(name);
            resolve(name);
          });
        }),
    };
  }

  test('lets so many in at once, then the next in turn', async () => {
    const gate = new Gate(2, 10);
    const { task, running, finish } = tasks();
    const all = ['a', 'b', 'c', 'd'].map((name) => gate.run(task(name)));
    expect([...running]).toEqual(['a', 'b']);
    finish('b');
    await all[1];
    expect([...running]).toEqual(['a', 'c']);
    finish('a');
    finish('c');
    await Promise.all([all[0], all[2]]);
    expect([...running]).toEqual(['d']);
    finish('d');
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('refuses who comes when too many wait, and says when to come back', async () => {
    const gate = new Gate(1, 1);
    const { task, finish } = tasks();
    const first = gate.run(task('a'));
    const second = gate.run(task('b'));
    await expect(gate.run(task('c'))).rejects.toMatchObject({ problem: { code: 'unavailable', retryAfterSeconds: 2 } });
    finish('a');
    await first;
    finish('b');
    await second;
    const again = gate.run(task('d'));
    finish('d');
    expect(await again).toBe('d');
  });

  test('gives the place of a task that failed to the next', async () => {
    const gate = new Gate(1, 5);
    const failing = gate.run(() => Promise.reject(new Error('broken')));
    const next = gate.run(() => Promise.resolve('next'));
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('next');
  });
});
