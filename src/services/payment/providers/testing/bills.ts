import { describe, expect, test } from 'vitest';
import { type Book, journalKeyOf, match, type OurCharge, type OurRefund } from '../../domain/matching.ts';
import type { Bill, BillLine, ChargeName } from '../provider.ts';
import type { Act } from './act.ts';

/** Two payments, one given back in part, one in whole. */
async function aDay(scene: Act): Promise<{ day: string; charges: readonly ChargeName[] }> {
  const { provider, simulator, paid, aRefund, asking } = scene;
  const day = simulator.today();
  const charges = [await paid(100_00n, 'a0t1_Bill_1'), await paid(29n, 'a0t1_Bill_2')];
  await scene.opened(scene.aCharge(7_77n, 'a0t1_Bill_3'));
  for (const [charge, amount] of [[charges[0], 40_00n] as const, [charges[1], 29n] as const]) {
    if (charge) await provider.refund(aRefund(charge, amount, `r0f1_${charge.number}`), asking);
  }
  await simulator.settleRefunds();
  await simulator.issueBill(day);
  return { day, charges };
}

export function billing(tried: () => Act): void {
  describe('the bill of a day', () => {
    test('has each payment and each refund once, to the cent, with what the provider keeps', async () => {
      const scene = tried();
      const { day, charges } = await aDay(scene);
      const lines = await linesOf(await scene.provider.fetchBill(day, scene.asking));
      const told = lines.map(({ kind, amount }) => `${kind} ${amount.amount} ${amount.currency}`).sort();
      const { currency } = scene.charge;
      expect(told).toEqual(
        [
          `payment 10000 ${currency}`,
          `payment 29 ${currency}`,
          `refund 29 ${currency}`,
          `refund 4000 ${currency}`,
        ].sort(),
      );
      for (const { fee, transaction, raw, at } of lines) {
        expect(fee.currency).toBe(currency);
        expect([transaction, raw].every((text) => text.length > 3)).toBe(true);
        expect(Math.abs(at - scene.now())).toBeLessThan(3 * 86_400_000);
      }
      const first = lines.find(({ kind, amount }) => kind === 'payment' && amount.amount === 100_00n);
      expect(first?.fee.amount).toBeGreaterThan(0n);
      const paid = await scene.provider.query(charges[0] ?? scene.aCharge(), scene.asking);
      if (paid.kind === 'paid') expect(first?.transaction).toBe(paid.transaction);
      expect(paid.kind).toBe('paid');
    });

    test('names payments and refunds by our numbers', async () => {
      const scene = tried();
      const { day, charges } = await aDay(scene);
      const lines = await linesOf(await scene.provider.fetchBill(day, scene.asking));
      const numbers = lines.map(({ number }) => number).sort();
      const expected = charges.flatMap(({ number }) => [number, `r0f1_${number}`]).sort();
      expect(numbers).toEqual(expected);
    });

    test('that a person has downloaded reads the same', async () => {
      const scene = tried();
      const { day } = await aDay(scene);
      const fetched = await linesOf(await scene.provider.fetchBill(day, scene.asking));
      const read = await linesOf(scene.provider.readBill(day, scene.simulator.billFile(day)));
      const essence = (lines: readonly BillLine[]) =>
        lines.map(({ raw: _raw, ...line }) => line).sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
      expect(essence(read)).toEqual(essence(fetched));
    });

    test('on which nothing happened is empty', async () => {
      const scene = tried();
      const day = scene.simulator.today();
      await scene.simulator.issueBill(day);
      expect(await linesOf(await scene.provider.fetchBill(day, scene.asking))).toEqual([]);
    });
  });
}

export function matchingBills(tried: () => Act): void {
  describe('the bill of a day', () => {
    test('differs in nothing from the books that have what was paid and given back', async () => {
      const scene = tried();
      const { day, charges } = await aDay(scene);
      const lines = await linesOf(await scene.provider.fetchBill(day, scene.asking));
      const ours = booksOf(scene, charges);
      expect(lines.map((line) => match(billed(line), ours).difference)).toEqual(lines.map(() => undefined));
      const [first] = lines.filter(({ kind }) => kind === 'payment');
      const unpaid = booksOf(scene, charges, 'CLOSED');
      expect(first && match(billed(first), unpaid).difference).toBe('callback_missing');
    });
  });
}

export function missingBills(tried: () => Act): void {
  describe('the bill of a day', () => {
    test('that is asked for on the day itself is not there yet', async () => {
      const { provider, simulator, paid, asking } = tried();
      const early = { name: 'BillUnavailable', why: 'not yet' };
      await expect(provider.fetchBill(simulator.today(), asking)).rejects.toMatchObject(early);
      await paid();
      await expect(provider.fetchBill(simulator.today(), asking)).rejects.toMatchObject(early);
    });

    test.each([
      ['nothing', ''],
      ['something else', '<html><body>403</body></html>\r\n'],
      ['a list of something else', 'name,price\r\ntea,1\r\n'],
      ['an archive that is none', `PK\x03\x04${'\x00'.repeat(40)}`],
      ['packed bytes that are none', `\x1f\x8b${'\xfe'.repeat(40)}`],
    ])('that is %s is malformed', async (_what, bytes) => {
      const { provider, simulator } = tried();
      // A file may be refused at once, or where it is read.
      const reading = async () => linesOf(provider.readBill(simulator.today(), Buffer.from(bytes, 'latin1')));
      await expect(reading()).rejects.toMatchObject({ name: 'BillUnavailable', why: 'malformed' });
    });
  });
}

/** As it is kept. */
const billed = ({ kind, number, transaction, amount, fee }: BillLine) => ({
  ...{ kind, number, transaction, amount: amount.amount, currency: amount.currency },
  ...{ fee: fee.amount, feeCurrency: fee.currency, occurrence: 1 },
});

/** What a shop has that charged these and gave back what `aDay` gives back of them. */
function booksOf({ provider, charge: { currency } }: Act, names: readonly ChargeName[], status = 'SUCCEEDED'): Book {
  const own = { paymentId: 'pay_1', orderId: 'ord_1', method: provider.method, currency };
  const charges = names.map(({ number, amount: { amount } }): [string, OurCharge] => [
    number,
    { ...own, attemptId: number, status: status as OurCharge['status'], amount },
  ]);
  const refunds = charges.map(([number, charge], index): [string, OurRefund] => [
    `r0f1_${number}`,
    { ...charge, refundId: 'rfd_1', status: 'SUCCEEDED', amount: index === 0 ? 40_00n : 29n },
  ]);
  const journals = [...charges, ...refunds].map(([, one]) => [journalKeyOf(one), one.amount] as const);
  return {
    ...{ provider: provider.method, charges: new Map(charges), refunds: new Map(refunds), rate: undefined },
    ...{ journals: new Map(journals), unsettled: new Set(), before: new Set() },
  };
}

async function linesOf(bill: Bill): Promise<BillLine[]> {
  const lines: BillLine[] = [];
  for await (const line of bill.lines) lines.push(line);
  return lines;
}

const keyOf = ({ kind, transaction, number }: Omit<BillLine, 'raw'>): string => `${kind} ${transaction} ${number}`;
