import { Counter } from 'prom-client';
import type { Context } from '#runtime/service.ts';

const name = 'suanpan_payment_callbacks_total';

/**
 * What came of a provider's call: taken, a probe of whether signatures are verified, or why it was refused. Alarm where refusals
 * grow: somebody forges, or a key is wrong.
 */
export function countCallback({ metrics }: Context, provider: string, outcome: string): void {
  const known = metrics.registry.getSingleMetric(name) as Counter<'provider' | 'outcome'> | undefined;
  const counter =
    known ??
    new Counter({
      name,
      help: 'Calls of payment providers by what came of them: taken, probe, or why they were refused.',
      labelNames: ['provider', 'outcome'],
      registers: [metrics.registry],
    });
  counter.inc({ provider, outcome });
}
