import { Gauge } from 'prom-client';
import type { Context } from '#runtime/service.ts';

interface Gauges {
  readonly waiting: Gauge<'provider'>;
  readonly open: Gauge<'provider'>;
}

/** Alarm where either stays above nothing: a day without its bill, or a difference that nobody has looked into. */
export function gaugesOf({ metrics: { registry } }: Pick<Context, 'metrics'>): Gauges {
  const gauge = (name: string, help: string): Gauge<'provider'> =>
    (registry.getSingleMetric(name) as Gauge<'provider'> | undefined) ??
    new Gauge({ name, help, labelNames: ['provider'], registers: [registry] });
  return {
    waiting: gauge(
      'suanpan_reconciliation_days_without_bill',
      "Days whose bill is due for longer than RECONCILIATION_ALARM_AFTER and isn't there, by provider.",
    ),
    open: gauge(
      'suanpan_reconciliation_differences_open',
      'Differences between bills and our books that nobody has resolved, by provider.',
    ),
  };
}
