import type { Difference, Reconciliation } from '#contracts/http/reconciliation.ts';
import { printable } from './dead-letter-text.ts';

/** What was found, and a line for each difference that nobody has resolved. */
export function reconciledText(day: Reconciliation, open: readonly Difference[]): string {
  const fees = day.fees.map(({ amount, currency }) => `${amount} ${currency}`).join(', ') || 'none';
  const head = `${day.id}  ${day.status}  ${day.lines} lines, fees in minor units: ${fees}`;
  const lines = open.map(({ id, kind, number, orderId }) =>
    ['', id, kind.padEnd(16), printable(number ?? '-'), orderId ?? ''].join('  ').trimEnd(),
  );
  const left = day.openDifferences > open.length ? [`  and ${day.openDifferences - open.length} more`] : [];
  return `${[head, ...lines, ...left].join('\n')}\n`;
}
