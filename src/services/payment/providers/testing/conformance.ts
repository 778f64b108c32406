import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Act, act } from './act.ts';
import { billing, matchingBills, missingBills } from './bills.ts';
import { callingBack, refusingCallbacks } from './callbacks.ts';
import { closing, opening, paying } from './charges.ts';
import { losingAnswers } from './mishaps.ts';
import { refunding } from './refunds.ts';
import type { Mishap, Scene } from './scene.ts';

/**
 * What every provider behind the port keeps to, whoever it is. `make` gives a fresh scene: its simulator knows nothing yet.
 * `mishaps` are those that can befall an answer of this provider: an unsigned one only where answers are signed.
 */
export function providerConformance(name: string, make: () => Promise<Scene>, mishaps: readonly Mishap[]): void {
  describe(`${name} as a provider`, () => {
    let current: Act;
    beforeEach(async () => {
      current = act(await make());
    });
    afterEach(() => current.stop());
    const tried = (): Act => current;
    opening(tried);
    paying(tried);
    closing(tried);
    refunding(tried);
    losingAnswers(tried, mishaps);
    callingBack(tried);
    refusingCallbacks(tried);
    billing(tried);
    matchingBills(tried);
    missingBills(tried);
    test('finds nothing wrong when it is set up right', async () => {
      const findings = await tried().provider.check(tried().asking);
      expect(findings.length).toBeGreaterThan(0);
      expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    });
  });
}
