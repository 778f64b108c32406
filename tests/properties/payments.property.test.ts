import fc from 'fast-check';
import { expect, test } from 'vitest';
import { check } from './payments/invariants.ts';
import { Reached } from './payments/reached.ts';
import { orders, type Step, sequences, take } from './payments/steps.ts';
import { Trade } from './payments/trade.ts';

/*
 * Paying, in sequences that nobody would think of: methods switched, declined and paid twice, calls of providers that come
 * late, often, never or forged, answers that get lost, and a process that dies wherever it may. When all has come to rest, what
 * providers, wallet, payment, ordering and inventory say of it is the same, and nobody has paid for what they did not get.
 *
 * The services are as they are; their rows are in memory, and the providers are played behind the port. So a sequence takes some
 * milliseconds where it would take seconds over PostgreSQL and HTTP, and nothing in it depends on how long anything takes:
 * played again it is the same. What that leaves out is tried elsewhere: statements and transactions by tests/flows, the wire by
 * each provider's own properties, and processes that are really killed by tests/proof.
 */

interface Played {
  readonly steps: readonly Step[];
  readonly order: readonly number[];
}

/** What once went wrong. */
const examples: [Played][] = [
  // Payment dies with the provider's answer that it has given money back, and the provider refuses to be asked once more.
  [
    {
      steps: [
        { does: 'place', quantity: 1 },
        { does: 'deliverAll' },
        { does: 'choose', index: 0, which: 1, isRepeat: false },
        { does: 'pay', index: 0 },
        { does: 'cancel', index: 0, isBuyer: false },
        { does: 'giveUp', index: 0 },
        { does: 'deliverAll' },
        { does: 'die', point: 'payment.before-commit', nth: 2 },
        { does: 'choose', index: 0, which: 0, isRepeat: false },
        { does: 'wait', seconds: 1 },
        { does: 'refuse', method: 'wechat', what: 'refund' },
        { does: 'wait', seconds: 1 },
        { does: 'deliver', index: 0 },
        { does: 'person' },
        { does: 'die', point: 'ordering.before-commit', nth: 1 },
      ],
      order: [0],
    },
  ],
];

const reached = new Reached();

async function play({ steps, order }: Played): Promise<void> {
  const trade = new Trade();
  try {
    for (const next of steps) await take(trade, next);
    trade.story.push('# all comes to rest');
    await trade.settle(order);
    check(trade);
  } catch (error) {
    if (error instanceof Error) error.message += `\n${trade.story.join('\n')}`;
    throw error;
  }
  reached.count(trade);
}

/** CONTRIBUTING.md says how a sequence that failed is played again. */
const replay = JSON.parse(process.env.SEQUENCE_REPLAY ?? 'null') as { seed: number; path: string } | null;
const numRuns = Number(process.env.SEQUENCES ?? 2_000);

test('I1 to I8: whatever happens to payments, everything adds up when it has come to rest', {
  timeout: Math.max(120_000, numRuns * 60),
}, async () => {
  const played = fc.asyncProperty(fc.record({ steps: sequences, order: orders }), play);
  await fc.assert(played, { examples, ...(replay ? { ...replay, endOnFailure: true, numRuns: 1 } : { numRuns }) });
  if (!replay) expect(reached.missing()).toEqual([]);
});
