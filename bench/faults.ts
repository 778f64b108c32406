import { flashSale } from './load/flash-sale.ts';
import type { Scenario } from './load/protocol.ts';
import type { Measurement, Run } from './results.ts';

/** What must not be: with any of it the figures of the run count for nothing. */
export function faultsOf({ arrangement, rounds, orders, audit }: Measurement): string[] {
  const ofRuns = rounds.flatMap(({ runs }, index) =>
    (Object.entries(runs) as [Scenario, Run][]).flatMap(([scenario, run]) =>
      faultsOfRun(scenario, run).map((fault) => `${arrangement}, round ${index + 1}, ${scenario}: ${fault}`),
    ),
  );
  const ofAudit = audit.violations.map(({ invariant, detail }) => `${arrangement}, audit: ${invariant} ${detail}`);
  const placed = Object.values(orders).reduce((sum, count) => sum + count, 0);
  const audited = audit.checked.orders ?? 0;
  if (audited < placed) ofAudit.push(`${arrangement}, audit: it checked ${audited} of ${placed} orders`);
  return [...ofRuns, ...ofAudit];
}

export function faultsOfRun(scenario: Scenario, run: Run): string[] {
  const { window, stored, toConfirmed, toTransition, allotment } = run;
  const faults = Object.entries(window.unexpected).map(([what, count]) => `${count} × ${what}`);
  for (const status of new Set([...Object.keys(window.expected), ...Object.keys(stored)])) {
    const expected = window.expected[status] ?? 0;
    const found = stored[status] ?? 0;
    if (expected !== found) faults.push(`the buyers know of ${expected} orders ${status}, the store of ${found}`);
  }
  const confirmed = stored.CONFIRMED ?? 0;
  if (toConfirmed && toConfirmed.count !== confirmed)
    faults.push(`${confirmed} orders are CONFIRMED, and the log tells of ${toConfirmed.count} from payment on`);
  if (scenario === 'callbacks' && toTransition?.count !== window.done)
    faults.push(`${window.done} callbacks were acknowledged, and ${toTransition?.count} payments made by them`);
  if (scenario === 'flash') {
    const { buyers, stock } = flashSale;
    if (confirmed !== stock) faults.push(`${confirmed} of ${stock} were sold`);
    if (allotment?.reserved !== stock || allotment.refused !== buyers - stock)
      faults.push(`${allotment?.reserved} got one and ${allotment?.refused} did not, of ${buyers}`);
    if (allotment?.reservedBefore !== stock)
      faults.push(`somebody was refused when ${allotment?.reservedBefore} of ${stock} were taken`);
  }
  return faults;
}
