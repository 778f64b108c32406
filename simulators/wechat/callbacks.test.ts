import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { redeliveryMs } from './callbacks.ts';
import { makeWechatKeys, type WechatKeys } from './keys.ts';
import { type TestMerchant, testMerchant } from './testing/merchant.ts';

let keys: WechatKeys;
let merchant: TestMerchant;
beforeAll(async () => {
  keys = await makeWechatKeys();
});
beforeEach(async () => {
  merchant = await testMerchant(keys, { refundAfterMs: null });
});
afterEach(() => merchant.stop());

const native = '/v3/pay/transactions/native';
const numbers = ['a0t1_Order_1', 'a0t1_Order_2', 'a0t1_Order_3'] as const;
const control = () => merchant.simulator.control;
const deliveries = () => merchant.simulator.callbacks.deliveries;
const idsOf = () => merchant.received.map(({ body }) => (JSON.parse(body.toString('utf8')) as { id: string }).id);

async function placed(): Promise<void> {
  for (const out_trade_no of numbers) await merchant.ask('POST', native, merchant.order({ out_trade_no }));
}

describe('a callback', () => {
  test.each([200, 204])('that is answered with %d is sent once', async (status) => {
    merchant.answerWith(status);
    await placed();
    control().pay(numbers[0]);
    await merchant.simulator.callbacks.idle();
    merchant.time.move(25 * 3_600_000);
    await merchant.simulator.callbacks.idle();
    expect(merchant.received).toHaveLength(1);
  });

  test('that is refused comes again fifteen times over 24 hours and 4 minutes, as the same, signed anew', async () => {
    merchant.answerWith(500);
    await placed();
    control().pay(numbers[0]);
    await merchant.simulator.callbacks.idle();
    for (const [index, waitMs] of redeliveryMs.entries()) {
      merchant.time.move(waitMs - 1_000);
      await merchant.simulator.callbacks.idle();
      expect(merchant.received).toHaveLength(index + 1);
      merchant.time.move(1_000);
      await expect.poll(() => deliveries()[index + 1]?.status).toBe(500);
    }
    expect(merchant.received).toHaveLength(16);
    merchant.time.move(30 * 86_400_000);
    await merchant.simulator.callbacks.idle();
    expect(merchant.received).toHaveLength(16);
    expect(new Set(merchant.received.map(({ body }) => body.toString('utf8'))).size).toBe(1);
    expect(new Set(merchant.received.map(({ headers }) => headers['wechatpay-signature'])).size).toBe(16);
    expect(redeliveryMs.reduce((sum, waitMs) => sum + waitMs)).toBe((24 * 60 + 4) * 60_000);
  });

  test('that is not answered within five seconds has not been answered', async () => {
    merchant.answerWith(null);
    await placed();
    control().pay(numbers[0]);
    await expect.poll(() => merchant.received.length).toBe(1);
    merchant.time.move(5_000);
    await merchant.simulator.callbacks.idle();
    expect(deliveries()[0]?.status).toBeNull();
    merchant.answerWith(204);
    merchant.time.move(15_000);
    await expect.poll(() => deliveries()[1]?.status).toBe(204);
  });

  test('is never sent of what was declined, closed, or not paid in time', async () => {
    await placed();
    control().decline(numbers[0]);
    const { merchantId: mchid } = merchant.simulator.merchant;
    await merchant.ask('POST', `/v3/pay/transactions/out-trade-no/${numbers[1]}/close`, { mchid });
    merchant.time.move(30 * 86_400_000);
    await merchant.simulator.callbacks.idle();
    expect(deliveries()).toEqual([]);
  });

  test('can be sent twice, late, in another order, or not at all', async () => {
    const { callbacks } = merchant.simulator;
    await placed();
    callbacks.copies = 2;
    control().pay(numbers[0]);
    await callbacks.idle();
    expect(new Set(idsOf()).size).toBe(1);
    expect(merchant.received).toHaveLength(2);
    callbacks.copies = 1;
    callbacks.mode = 'hold';
    control().pay(numbers[1]);
    control().pay(numbers[2]);
    await callbacks.idle();
    expect(merchant.received).toHaveLength(2);
    callbacks.delayMs = 60_000;
    callbacks.release('reversed');
    merchant.time.move(60_000);
    await callbacks.idle();
    expect(merchant.received).toHaveLength(4);
    const sent = deliveries()
      .slice(2)
      .map(({ body }) => (JSON.parse(body) as { id: string }).id.slice(-6));
    expect(sent).toEqual(['000003', '000002']);
    callbacks.mode = 'lose';
    await merchant.ask('POST', native, merchant.order({ out_trade_no: 'a0t1_Order_4' }));
    control().pay('a0t1_Order_4');
    await callbacks.idle();
    expect(merchant.received).toHaveLength(4);
  });

  test.each([
    'signature',
    'stale',
    'early',
    'merchant',
    'app',
    'amount',
    'currency',
    'signtest',
    'serial',
    'other key',
  ] as const)('can be forged (%s) and is sent once', async (kind) => {
    await placed();
    control().pay(numbers[0]);
    await merchant.simulator.callbacks.idle();
    merchant.answerWith(401);
    expect(await control().sendForged(numbers[0], kind)).toMatchObject({ status: 401 });
    expect(await control().sendForged('nobodys_1', kind)).toBeUndefined();
    expect(merchant.received).toHaveLength(2);
  });
});

describe('the books', () => {
  test('have each payment once, whoever pays how often', async () => {
    await placed();
    const paid = [numbers[0], numbers[0], numbers[1]].map((number) => control().pay(number));
    expect(paid).toEqual([true, false, true]);
    expect(merchant.simulator.books.captures).toMatchObject([
      { number: numbers[0], amount: 100n },
      { number: numbers[1] },
    ]);
  });
});

describe('the control over HTTP', () => {
  const post = async (path: string, body: object = {}): Promise<unknown> => {
    const { url } = merchant.simulator;
    const answer = await fetch(`${url}/_simulator/${path}`, { method: 'POST', body: JSON.stringify(body) });
    return answer.json();
  };
  const get = async (path: string): Promise<unknown> =>
    (await fetch(`${merchant.simulator.url}/_simulator/${path}`)).json();

  test('does what the control does', async () => {
    await placed();
    expect(await post('pay', { number: numbers[0] })).toEqual({ paid: true });
    expect(await post('decline', { number: numbers[1] })).toEqual({ declined: true });
    expect(await post('callbacks', { mode: 'hold', copies: 2 })).toEqual({ mode: 'hold', copies: 2, delayMs: 0 });
    expect(await post('callbacks/release')).toEqual({});
    await merchant.simulator.callbacks.idle();
    expect(await post('forge', { number: numbers[0], kind: 'amount' })).toEqual({ sent: true, status: 204 });
    await post('fail', { how: 'bad gateway', times: 2 });
    const asked = await fetch(`${merchant.simulator.url}/v3/certificates`);
    expect(asked.status).toBe(502);
    await post('fail/clear');
    expect((await merchant.ask('GET', '/v3/certificates')).status).toBe(200);
    await post('certificates/rotate', { withdrawOld: true });
    await post('bill/plant', { kind: 'missing', number: numbers[0] });
    expect(control().billFile(control().today()).toString()).not.toContain(numbers[0]);
    await post('refunds/settle');
  });

  test('shows the books and what was sent', async () => {
    await placed();
    control().pay(numbers[0]);
    await merchant.simulator.callbacks.idle();
    expect(await get('books')).toMatchObject({ captures: [{ number: numbers[0], amount: 100 }], refunds: [] });
    expect(await get('callbacks')).toMatchObject({ deliveries: [{ attempt: 1, status: 204 }] });
  });

  test.each([
    ['fail', { how: 'nicely' }],
    ['forge', { number: numbers[0], kind: 'nicely' }],
    ['bill/plant', { number: numbers[0], kind: 'flowers' }],
  ])('says what it does not understand: %s', async (path, body) => {
    expect(await post(path, body)).toMatchObject({ error: expect.stringContaining(': one of ') });
  });

  test('has an answer come late', async () => {
    await post('fail', { how: 'late', delayMs: 60_000 });
    const asked = merchant.ask('GET', '/v3/certificates');
    await expect.poll(() => control().requests.length).toBe(1);
    merchant.time.move(60_000);
    expect((await asked).status).toBe(200);
  });

  test('names what there is to whoever asks for something else', async () => {
    expect(await get('teapot')).toMatchObject({ known: expect.arrayContaining(['POST /_simulator/pay']) });
  });
});
