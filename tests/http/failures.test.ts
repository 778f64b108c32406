import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProblemError, problem, refuse } from '#kernel/problem.ts';
import { CommitUnknown, ConnectionError } from '#runtime/database/failure.ts';
import { type Client, demand, makeClient } from '#runtime/http/client.ts';
import { fail, getOrder, placeOrder } from './fake-contracts.ts';
import { arrangements, type FakeShop, openFakeShop, orderId } from './fake-shop.ts';

let shop: FakeShop;
let client: Client;

describe.each(arrangements)('%s', (_, arrangement) => {
  beforeAll(async () => {
    shop = await openFakeShop({
      ...arrangement,
      failures: {
        bug: () => {
          throw new TypeError('secret detail of the inside');
        },
        connection: () => {
          throw new ConnectionError('no connection to 10.0.0.5');
        },
        commit: () => {
          throw new CommitUnknown(new Error('ECONNRESET'));
        },
        refusal: () => refuse('insufficient_stock', 'Not enough of tea.', [{ sku: 'tea', requested: 2, available: 1 }]),
        later: () => {
          throw new ProblemError({ code: 'unavailable', retryAfterSeconds: 7.2 });
        },
        replayed: () => {
          throw new ProblemError(problem('insufficient_balance'), { replayed: true });
        },
      },
    });
    client = makeClient({ baseUrl: shop.baseUrl, token: shop.token() });
  });

  afterAll(async () => {
    await client.close();
    await shop.close();
  });

  const cause = (how: string) => client.request(fail, { body: { how } });

  describe('an operation that', () => {
    it('refuses is answered with its problem', async () => {
      const reply = await cause('refusal');
      expect(reply.body).toMatchObject({
        status: 409,
        code: 'insufficient_stock',
        detail: 'Not enough of tea.',
        errors: [{ sku: 'tea', requested: 2, available: 1 }],
      });
      expect(() => demand(reply)).toThrow(ProblemError);
    });

    it('has a bug is answered without a word of it, and logged with the trace and the stack', async () => {
      const reply = await cause('bug');
      expect(reply.status).toBe(500);
      expect(reply.body).toMatchObject({ code: 'internal_error' });
      expect(JSON.stringify(reply.body)).not.toContain('secret');
      const traceId = reply.headers['trace-id'];
      const line = shop.logged.find((logged) => logged.traceId === traceId);
      expect(line).toMatchObject({
        level: 'error',
        operation: 'fail',
        err: { stack: expect.stringContaining('secret') },
      });
    });

    it.each(['connection', 'commit'])('meets a broken %s is answered with 503 and Retry-After', async (how) => {
      const reply = await cause(how);
      expect(reply.body).toMatchObject({ status: 503, code: 'unavailable' });
      expect(reply.headers['retry-after']).toBe('1');
      expect(JSON.stringify(reply.body)).not.toContain('10.0.0.5');
    });

    it('says when to come back is believed, in whole seconds', async () => {
      expect((await cause('later')).headers['retry-after']).toBe('8');
    });

    it('repeats a refusal says so', async () => {
      const reply = await cause('replayed');
      expect([reply.status, reply.headers['idempotency-replayed']]).toEqual([402, 'true']);
    });

    it('answers against its contract has a bug', async () => {
      expect((await cause('nothing of the kind')).body).toMatchObject({ status: 500, code: 'internal_error' });
      expect((await cause('not at all')).status).toBe(200);
    });
  });

  describe('a call to another service', () => {
    const place = (sku: string) =>
      client.request(placeOrder, { body: { items: [{ sku, quantity: 1 }] }, idempotencyKey: sku });

    it('that refuses is refused with the same problem', async () => {
      expect((await place('gone')).body).toMatchObject({
        status: 422,
        code: 'item_not_for_sale',
        errors: [{ sku: 'gone' }],
      });
    });

    it('is recorded under the call that made it, with the order it was about', async () => {
      const reply = await place('tea');
      const traceId = reply.headers['trace-id'] ?? '';
      const [inner, outer] = shop.calls.filter(({ traceparent }) => traceparent.includes(traceId));
      expect(outer).toMatchObject({
        caller: 'gateway',
        callee: 'shop',
        operation: 'placeOrder',
        status: 201,
        key: orderId,
      });
      expect(inner).toMatchObject({ caller: 'shop', callee: 'prices', operation: 'quote', status: 200 });
      expect(inner?.parent).toBe(outer?.callId);
    });
  });

  describe('a request past its deadline', () => {
    it('is answered with 503 while its work goes on', async () => {
      let release = (): void => undefined;
      shop.hold = new Promise<void>((resolve) => {
        release = resolve;
      });
      const before = shop.handled.length;
      const pending = client.request(placeOrder, {
        body: { items: [{ sku: 'tea', quantity: 1 }] },
        idempotencyKey: 'd',
      });
      while (shop.handled.length === before) await new Promise(setImmediate);
      shop.time.move(31_000);
      const reply = await pending;
      release();
      expect(reply.body).toMatchObject({ status: 503, code: 'deadline_exceeded' });
      expect(reply.headers['retry-after']).toBe('1');
    });

    it('leaves the same deadline to the calls within it', async () => {
      const reply = await client.request(getOrder, { params: { id: orderId } });
      if (reply.status !== 200) throw new Error('no order');
      expect(reply.body.deadline - shop.time.now()).toBeGreaterThan(25_000);
    });
  });
});
