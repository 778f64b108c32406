import { expect, test } from 'vitest';
import type { Decider } from '#runtime/batch/decider.ts';
import { StatementError } from '#runtime/database/failure.ts';
import type { Context, Origin } from '#runtime/service.ts';
import { writeInserting } from './decide-anew.ts';

const rule: Decider<Record<string, never>, string> = { name: 'rule', needs: () => ({}), decide: () => ({}) };
const origin = {} as Origin;

function failingWith(...errors: readonly Error[]): Pick<Context, 'write'> & { asked: number } {
  const context = {
    asked: 0,
    write: async () => {
      const error = errors[context.asked];
      context.asked += 1;
      if (error) throw error;
      return { replayed: false };
    },
  };
  return context;
}

const sqlError = (code: string) => new StatementError({ code, message: code, statement: '' });

test('an insert that meets another instance’s is decided anew, once', async () => {
  const once = failingWith(sqlError('23505'));
  expect(await writeInserting(once, rule, 'x', origin)).toEqual({ replayed: false });
  expect(once.asked).toBe(2);
  const twice = failingWith(sqlError('23505'), sqlError('23505'));
  await expect(writeInserting(twice, rule, 'x', origin)).rejects.toMatchObject({ code: '23505' });
  expect(twice.asked).toBe(2);
});

test('anything else that fails is not tried again', async () => {
  for (const error of [sqlError('23514'), sqlError('22001'), new Error('a bug')]) {
    const context = failingWith(error);
    await expect(writeInserting(context, rule, 'x', origin)).rejects.toBe(error);
    expect(context.asked).toBe(1);
  }
});
