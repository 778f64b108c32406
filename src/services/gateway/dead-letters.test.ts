import { describe, expect, test } from 'vitest';
import { showDeadLetter } from '#contracts/http/gateway.ts';
import { ProblemError, problem } from '#kernel/problem.ts';
import type { Context, Request } from '#runtime/service.ts';
import { deadLetterAnswers } from './dead-letters.ts';

/** What each service says when it is asked for the letter: that it has it, does not know it, or nothing at all. */
type Word = 'has it' | 'knows nothing' | 'is away';

async function show(words: Readonly<Record<string, Word>>): Promise<unknown> {
  const services = Object.keys(words);
  const answering = deadLetterAnswers(services).find(({ operation }) => operation === showDeadLetter);
  const call = async ({ service }: { service: string }) => {
    if (words[service] === 'has it') return { status: 200, body: { id: 'dlt_1', service } };
    throw new ProblemError(problem(words[service] === 'is away' ? 'unavailable' : 'not_found'));
  };
  const answer = await answering?.respond(
    { params: { id: 'dlt_1' } } as unknown as Request,
    { call } as unknown as Context,
  );
  return answer?.body;
}

describe('a letter, of which only its id is known,', () => {
  test('is found with whoever has it', async () => {
    expect(await show({ wallet: 'knows nothing', payment: 'has it' })).toMatchObject({ service: 'payment' });
  });

  test('is found although a service is away that might have had it', async () => {
    expect(await show({ wallet: 'is away', payment: 'has it' })).toMatchObject({ service: 'payment' });
  });

  test('is not known to be nowhere while one is away', async () => {
    await expect(show({ wallet: 'knows nothing', payment: 'is away' })).rejects.toThrow('unavailable');
  });

  test('is not found where nobody knows it', async () => {
    await expect(show({ wallet: 'knows nothing', payment: 'knows nothing' })).rejects.toThrow('not_found');
  });
});
