import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { money } from '#kernel/money.ts';
import type { Charge, Opened } from '../provider.ts';
import { type Stage, stage } from './testing/scene.ts';

const minuteMs = 60_000;
let current: Stage;
beforeEach(async () => {
  current = await stage();
});
afterEach(() => current.stop());

const asking = () => ({ deadline: current.time.now() + 10_000 });

function aCharge(changes: Partial<Charge> = {}): Charge {
  const now = current.time.now();
  return {
    ...{ number: 'a0t1_1', reference: null, amount: money(12_34n, 'CNY'), flow: 'qr', description: '茶', openid: null },
    ...{ openedAt: now, expiresAt: now + 30 * minuteMs, returnUrl: 'https://shop.example/return?order=1' },
    ...changes,
  };
}

const open = (changes: Partial<Charge> = {}): Promise<Opened> => current.provider.open(aCharge(changes), asking());
const lastContent = () => current.simulator.requests.at(-1)?.request.content;

describe('a code that nobody has scanned', () => {
  test('is open, though Alipay knows of no trade', async () => {
    await open();
    expect(await current.provider.query(aCharge(), asking())).toEqual({ kind: 'open' });
    expect(current.simulator.requests.at(-1)?.content.sub_code).toBe('ACQ.TRADE_NOT_EXIST');
  });

  test('cannot be closed: it is open still, and who pays is heard of', async () => {
    await open();
    expect(await current.provider.close(aCharge(), asking())).toEqual({ kind: 'open' });
    expect(current.simulator.control.pay('a0t1_1')).toBe(true);
    expect(await current.provider.close(aCharge(), asking())).toMatchObject({ kind: 'paid' });
    expect(current.simulator.books.captures('a0t1_1')).toEqual([12_34n]);
    expect(current.simulator.books.refunds('a0t1_1')).toEqual([]);
  });

  test('is over when its time is, and can no longer be scanned then', async () => {
    const charge = aCharge();
    await current.provider.open(charge, asking());
    current.time.move(33 * minuteMs);
    expect(current.simulator.control.pay('a0t1_1')).toBe(false);
    expect(await current.provider.query(charge, asking())).toMatchObject({ kind: 'closed' });
    expect(await current.provider.close(charge, asking())).toMatchObject({ kind: 'closed' });
  });

  test('is not good for longer than the charge is', async () => {
    await open({ expiresAt: current.time.now() + 5 * minuteMs });
    expect(lastContent()).toMatchObject({ qr_code_timeout_express: '5m' });
    current.time.move(5 * minuteMs);
    expect(current.simulator.control.scan('a0t1_1')).toBe(false);
  });

  test('asked for again later is asked for with the same particulars', async () => {
    const charge = aCharge();
    await current.provider.open(charge, asking());
    const first = lastContent();
    current.time.move(7 * minuteMs);
    expect(await current.provider.open(charge, asking())).toMatchObject({ kind: 'opened' });
    expect(lastContent()).toEqual(first);
  });
});

describe('a number that has a trade', () => {
  test('that is paid tells so', async () => {
    await open();
    current.simulator.control.pay('a0t1_1');
    expect(await open()).toMatchObject({ kind: 'state', state: { kind: 'paid', amount: money(12_34n, 'CNY') } });
  });

  test('that is closed tells so: the next try wants a number of its own', async () => {
    await open();
    current.simulator.control.scan('a0t1_1');
    await current.provider.close(aCharge(), asking());
    expect(await open()).toMatchObject({ kind: 'state', state: { kind: 'closed' } });
    expect(current.provider.renewal).toBe('new number');
    expect(await open({ number: 'a0t1_2' })).toMatchObject({ kind: 'opened' });
  });

  test('that was paid and given back in whole is paid, though Alipay says TRADE_CLOSED', async () => {
    await open();
    current.simulator.control.pay('a0t1_1');
    const refund = {
      ...{ number: 'r0f1_1', reference: null, charge: aCharge(), transaction: null, amount: money(12_34n, 'CNY') },
      ...{ askedAt: current.time.now(), reason: 'a/b & c=d' },
    };
    expect(await current.provider.refund(refund, asking())).toMatchObject({ kind: 'refunded' });
    expect(lastContent()).toMatchObject({ refund_reason: 'a b c d', refund_amount: '12.34', out_request_no: 'r0f1_1' });
    const state = await current.provider.query(aCharge(), asking());
    expect(current.simulator.requests.at(-1)?.content.trade_status).toBe('TRADE_CLOSED');
    expect(state).toMatchObject({ kind: 'paid' });
    expect(await current.provider.close(aCharge(), asking())).toMatchObject({ kind: 'paid' });
  });

  test('opened with other particulars may yet be paid: nobody knows', async () => {
    await open();
    current.simulator.control.scan('a0t1_1');
    expect(await open({ amount: money(99n, 'CNY') })).toMatchObject({ kind: 'unknown' });
  });

  test('which Alipay refused is not opened, and a next number is', async () => {
    current.simulator.control.fail({ trouble: { refuse: 'ACQ.ACCESS_FORBIDDEN' }, applied: false });
    expect(await open()).toMatchObject({ kind: 'refused', code: 'ACQ.ACCESS_FORBIDDEN' });
    expect(await open({ number: 'a0t1_2' })).toMatchObject({ kind: 'opened' });
  });

  test.each(['unknown', 'system error', 'waiting'] as const)(
    'of which Alipay says “%s” is unknown',
    async (trouble) => {
      current.simulator.control.fail({ trouble, applied: true });
      expect(await open()).toMatchObject({ kind: 'unknown' });
      current.simulator.control.fail({ trouble, applied: true });
      const kind = trouble === 'waiting' ? 'open' : 'unknown';
      expect(await current.provider.query(aCharge(), asking())).toMatchObject({ kind });
    },
  );

  test('is finished after three months: paid, and no longer to be refunded', async () => {
    await open();
    current.simulator.control.pay('a0t1_1');
    current.simulator.control.finish('a0t1_1');
    expect(await current.provider.query(aCharge(), asking())).toMatchObject({ kind: 'paid' });
    const refund = {
      ...{ number: 'r0f1_1', reference: null, charge: aCharge(), transaction: null, amount: money(1n, 'CNY') },
      ...{ askedAt: current.time.now(), reason: '' },
    };
    expect(await current.provider.refund(refund, asking())).toMatchObject({
      kind: 'failed',
      code: 'ACQ.TRADE_HAS_FINISHED',
    });
  });
});

describe('an order', () => {
  test.each([
    [{ amount: money(0n, 'CNY') }, 'AMOUNT'],
    [{ amount: money(10_000_000_001n, 'CNY') }, 'AMOUNT'],
    [{ amount: money(100n, 'USD') }, 'CURRENCY'],
    [{ flow: 'jsapi' as const }, 'FLOW'],
    [{ flow: 'card' as const }, 'FLOW'],
    [{ expiresAt: 0 }, 'EXPIRED'],
  ])('that Alipay cannot take is refused without asking: %o', async (changes, code) => {
    expect(await open(changes)).toMatchObject({ kind: 'refused', code });
    expect(current.simulator.received()).toBe(0);
  });

  test('of as much as Alipay takes is taken to the cent', async () => {
    await open({ amount: money(10_000_000_000n, 'CNY') });
    expect(lastContent()).toMatchObject({ total_amount: '100000000.00' });
  });

  test('has a subject without what Alipay does not take, and never none', async () => {
    expect(await open({ description: ` 茶/Tea = "A&B"\n${'茶'.repeat(200)}` })).toMatchObject({ kind: 'opened' });
    expect(lastContent()?.subject).toMatch(/^茶 Tea "A B" 茶{100,}$/);
    expect(await open({ number: 'a0t1_2', description: ' /&= ' })).toMatchObject({ kind: 'opened' });
    expect(lastContent()?.subject).toBe('a0t1_2');
  });
});

describe('the page', () => {
  test('is an address that carries the signed order, and asks nobody', async () => {
    const opened = await open({ flow: 'page' });
    expect(current.simulator.received()).toBe(0);
    if (opened.kind !== 'opened' || opened.action.type !== 'redirect') throw new Error('no page');
    const url = new URL(opened.action.url);
    expect(url.searchParams.get('return_url')).toBe('https://shop.example/return?order=1');
    expect(url.searchParams.get('method')).toBe('alipay.trade.page.pay');
    const content = JSON.parse(url.searchParams.get('biz_content') ?? '');
    expect(content).toMatchObject({
      out_trade_no: 'a0t1_1',
      total_amount: '12.34',
      product_code: 'FAST_INSTANT_TRADE_PAY',
    });
  });

  test('leads the buyer’s browser to where it can be paid, until its time is over', async () => {
    const opened = await open({ flow: 'page', description: '茶 100% + 1' });
    const url = opened.kind === 'opened' && opened.action.type === 'redirect' ? opened.action.url : '';
    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('¥ 12.34');
    expect(await current.provider.query(aCharge(), asking())).toEqual({ kind: 'open' });
    current.time.move(31 * minuteMs);
    expect(current.simulator.control.pay('a0t1_1')).toBe(false);
    const charge = aCharge({ expiresAt: current.time.now() });
    expect(await current.provider.query(charge, asking())).toMatchObject({ kind: 'closed', code: 'TRADE_CLOSED' });
  });

  test('is no good to who changes it', async () => {
    const opened = await open({ flow: 'page' });
    const url = opened.kind === 'opened' && opened.action.type === 'redirect' ? opened.action.url : '';
    const cheaper = await fetch(url.replace('12.34', '00.01'));
    expect(cheaper.status).toBe(400);
    expect(current.simulator.books.orders.size).toBe(0);
  });
});
