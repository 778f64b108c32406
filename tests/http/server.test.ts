import { afterEach, describe, expect, it } from 'vitest';
import { type Client, makeClient } from '#runtime/http/client.ts';
import { eventually } from '../support/eventually.ts';
import { getDiagram, logIn, placeOrder } from './fake-contracts.ts';
import { arrangements, arrivalMs, type FakeShop, openFakeShop } from './fake-shop.ts';
import { sendRaw } from './raw.ts';

let shop: FakeShop;
let client: Client;
const place = (key = 'k') =>
  client.request(placeOrder, { body: { items: [{ sku: 'tea', quantity: 1 }] }, idempotencyKey: key });

async function open(settings: Readonly<Record<string, string>> = {}, split = false): Promise<void> {
  shop = await openFakeShop({ settings, split });
  client = makeClient({ baseUrl: shop.baseUrl, token: shop.token() });
}

/** Makes handlers of `placeOrder` wait; resolves once so many of them do. */
function holdUp(): { release(): void; waiting(count: number): Promise<void> } {
  let release = (): void => undefined;
  shop.hold = new Promise<void>((resolve) => {
    release = resolve;
  });
  const before = shop.handled.length;
  return {
    release: () => release(),
    async waiting(count) {
      while (shop.handled.length < before + count) await new Promise(setImmediate);
    },
  };
}

afterEach(async () => {
  await client.close();
  await shop.close();
});

describe('the server', () => {
  it('answers 503 until it is ready', async () => {
    await open();
    shop.ready = false;
    const early = await client.request(getDiagram);
    expect(early.body).toMatchObject({ status: 503, code: 'unavailable' });
    expect(early.headers).toMatchObject({ 'retry-after': '1', 'trace-id': expect.stringMatching(/^\w{32}$/) });
    shop.ready = true;
    expect((await client.request(getDiagram)).status).toBe(200);
  });

  it('answers 503 to more requests than it may have in flight', async () => {
    await open({ IN_FLIGHT_MAX: '3' });
    const held = holdUp();
    const pending = ['a', 'b', 'c'].map(place);
    await held.waiting(3);
    expect((await place('d')).body).toMatchObject({ status: 503, code: 'unavailable' });
    held.release();
    expect((await Promise.all(pending)).map(({ status }) => status)).toEqual([201, 201, 201]);
    expect((await place('e')).status).toBe(201);
  });

  it('measures requests by operation and status', async () => {
    await open();
    await place();
    await client.request(placeOrder, { body: { items: [] as never }, idempotencyKey: 'k' });
    await fetch(`${shop.baseUrl}/nowhere`);
    const counted = (await shop.metrics.requests.get()).values
      .filter(({ metricName }) => metricName?.endsWith('_count'))
      .map(({ labels }) => `${labels.operation} ${labels.status}`);
    expect(counted).toEqual(expect.arrayContaining(['placeOrder 201', 'placeOrder 400', 'none 404']));
  });

  it('limits requests, by address where the contract says so, and says when to come back', async () => {
    await open({ RATE_LIMIT: 'on' });
    const statuses: number[] = [];
    for (let index = 0; index < 5; index += 1) statuses.push((await client.request(logIn)).status);
    expect(statuses).toEqual([204, 204, 204, 429, 429]);
    const refused = await client.request(logIn);
    expect(refused.headers['retry-after']).toBe('20');
    shop.time.move(20_000);
    expect((await client.request(logIn)).status).toBe(204);
    expect((await client.request(getDiagram)).status).toBe(200);
  });

  it('limits those who try tokens', async () => {
    await open({ RATE_LIMIT: 'on' });
    const statuses = new Set<number>();
    for (let index = 0; index < 1_250; index += 1) {
      const answer = await fetch(`${shop.baseUrl}/v1/orders`, { headers: { authorization: 'Bearer a.b.c' } });
      await answer.arrayBuffer();
      statuses.add(answer.status);
    }
    expect([...statuses]).toEqual([401, 429]);
  });
});

describe('at the end', () => {
  it('what is in flight is finished, and nothing more is taken', async () => {
    await open();
    const held = holdUp();
    const pending = place();
    await held.waiting(1);
    const closed = shop.close();
    await eventually(() => expect(fetch(`${shop.baseUrl}/v1/diagram`)).rejects.toThrow());
    held.release();
    const reply = await pending;
    expect(reply.status).toBe(201);
    await closed;
  });

  it('what was sent before its sender could know is told to go elsewhere, on old connections and on new ones', async () => {
    await open();
    await client.request(getDiagram);
    const closed = shop.server.close();
    const [onOld, onNew] = await Promise.all([client.request(getDiagram), fetch(`${shop.baseUrl}/v1/diagram`)]);
    expect([onOld.status, onOld.headers.connection]).toEqual([503, 'close']);
    expect([onNew.status, onNew.headers.get('connection')]).toEqual([503, 'close']);
    expect(onNew.headers.get('retry-after')).toBeTruthy();
    shop.time.move(arrivalMs);
    await closed;
  });

  it('the answer says that the connection ends, so that nobody sends more on it', async () => {
    await open();
    const held = holdUp();
    const pending = [
      place('a'),
      client.request(placeOrder, { body: { items: [{ sku: 'gone', quantity: 1 }] }, idempotencyKey: 'b' }),
    ];
    await held.waiting(2);
    const closed = shop.close();
    held.release();
    const replies = await Promise.all(pending);
    expect(replies.map(({ status, headers }) => [status, headers.connection])).toEqual([
      [201, 'close'],
      [422, 'close'],
    ]);
    await closed;
  });

  it('idle connections do not hold it up', async () => {
    await open();
    await place();
    const started = performance.now();
    await shop.close();
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('connections that browsers keep at hand, on which nothing was asked, hold it up no longer than others', async () => {
    await open();
    const spare = sendRaw(shop.port);
    await place();
    await shop.close();
    expect(await spare).toBe('');
  });

  it('what takes longer than the drain may take is cut off', async () => {
    await open({ DRAIN_TIMEOUT: '100ms' });
    const held = holdUp();
    const pending = place();
    await held.waiting(1);
    const cut = expect(pending).rejects.toThrow();
    const closed = shop.close();
    shop.time.move(100);
    await closed;
    await cut;
    held.release();
  });
});

describe.each(arrangements)('server-sent events, %s', (_, { split }) => {
  it('come as they happen', async () => {
    await open({}, split);
    const held = holdUp();
    const answer = await fetch(`${shop.baseUrl}/v1/stream`, { headers: { 'last-event-id': '1' } });
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('two')) text += (await reader?.read())?.value ?? '';
    expect(text).not.toContain('three');
    held.release();
    for (let part = await reader?.read(); !part?.done; part = await reader?.read()) text += part?.value ?? '';
    expect(text.match(/^id: \d$/gm)).toEqual(['id: 1', 'id: 2', 'id: 3']);
  });

  it('keep no request out, however long they last', async () => {
    await open({ IN_FLIGHT_MAX: '1' }, split);
    const held = holdUp();
    const answer = await fetch(`${shop.baseUrl}/v1/stream`);
    const reader = answer.body?.getReader();
    await reader?.read();
    for (const _ of [1, 2, 3]) expect((await client.request(getDiagram)).status).toBe(200);
    held.release();
    while (!(await reader?.read())?.done);
    expect((await client.request(getDiagram)).status).toBe(200);
  });

  it('end with the server, and with the client', async () => {
    await open({}, split);
    holdUp();
    const answer = await fetch(`${shop.baseUrl}/v1/stream`);
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    await reader?.read();
    const abandoned = await fetch(`${shop.baseUrl}/v1/stream`);
    await abandoned.body?.cancel();
    await shop.close();
    let part = await reader?.read();
    while (!part?.done) part = await reader?.read();
    expect(part.done).toBe(true);
  });
});
