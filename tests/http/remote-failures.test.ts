import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Operation } from '#contracts/operation.ts';
import { ProblemError } from '#kernel/problem.ts';
import type { CallInput, Origin } from '#runtime/service.ts';
import { count, drop, type FakeDepot, find, follow, makeFakeDepot, move, store } from './fake-depot.ts';
import { breaksOff, type FakeInstance, freePort, hangs, openInstance } from './fake-instances.ts';
import { type FakeMeans, type FakeProcess, makeFakeMeans, openFakeCaller, openFakeProcess } from './fake-processes.ts';

let means: FakeMeans;
let service: FakeDepot;
let closings: (() => Promise<unknown>)[];

beforeEach(() => {
  means = makeFakeMeans();
  service = makeFakeDepot();
  closings = [];
});

afterEach(async () => {
  vi.useRealTimers();
  for (const close of closings.reverse()) await close();
});

const open = async (port = 0): Promise<FakeProcess> => {
  const process = await openFakeProcess(means, [service], { port });
  closings.push(() => process.close());
  return process;
};

const bad = async (...given: Parameters<typeof openInstance>): Promise<FakeInstance> => {
  const instance = await openInstance(...given);
  closings.push(() => instance.close());
  return instance;
};

const nobodyAt = async (): Promise<string> => `http://127.0.0.1:${await freePort()}`;

type Ask = (operation: Operation, input?: object, origin?: Partial<Origin>) => Promise<unknown>;

/** Resolves to the status, or to the code of the problem. */
function callerOf(...urls: readonly string[]): Ask {
  const { dispatcher, remote } = openFakeCaller(means, [{ service, urls }]);
  closings.push(() => remote.close());
  const call = dispatcher.callsOf('shop');
  const traceparent = means.traces.begin(undefined);
  const origin: Origin = {
    ...{ traceparent, cause: 'request/req_1', language: 'en', deadline: means.time.now() + 20_000 },
    caller: { kind: 'user', id: 'usr_ann', roles: [] },
  };
  return (operation, input = {}, change = {}) =>
    call(operation, input as CallInput<Operation>, { ...origin, ...change }).then(
      ({ status }) => status,
      (error: unknown) => {
        if (!(error instanceof ProblemError)) throw error;
        return error.problem.code;
      },
    );
}

const well = { body: { how: 'well' } };
const storing = { params: { shelf: 1, sku: 'tea' }, body: { quantity: 1 }, idempotencyKey: 'k' };
const repeatable: [string, Operation, object, number][] = [
  ['GET', find, {}, 200],
  ['DELETE', drop, { params: { sku: 'tea' } }, 204],
  ['POST for services', count, well, 200],
  ['POST with an idempotency key', store, storing, 201],
];
const all: typeof repeatable = [...repeatable, ['POST that may not be repeated', move, well, 200]];

async function retries(): Promise<number> {
  const { values } = await means.metrics.retries.get();
  return values.find(({ labels }) => labels.service === 'shop' && labels.what === 'call')?.value ?? 0;
}

async function breakerAt(url: string): Promise<number | undefined> {
  const { values } = await means.metrics.breakers.get();
  return values.find(({ labels }) => labels.instance === url)?.value;
}

describe('what was not begun is begun at another instance', () => {
  it.each(all)('where nobody listens: %s', async (_, operation, input, status) => {
    const ask = callerOf(await nobodyAt(), (await open()).url, await nobodyAt());
    for (let turn = 0; turn < 3; turn += 1) expect(await ask(operation, input)).toBe(status);
    expect(await retries()).toBeGreaterThan(0);
  });

  it.each(all)('where an instance is not ready: %s', async (_, operation, input, status) => {
    const [early, ready] = [await open(), await open()];
    early.ready = false;
    const ask = callerOf(early.url, ready.url);
    expect([await ask(operation, input), await ask(operation, input)]).toEqual([status, status]);
    expect(await retries()).toBe(1);
  });

  it('and where there is no other, at the same after a moment', async () => {
    const port = await freePort();
    const ask = callerOf(`http://127.0.0.1:${port}`);
    vi.spyOn(means.time, 'wait').mockImplementationOnce(async () => void (await open(port)));
    expect(await ask(move, well)).toBe(200);
  });

  it('but not for ever', async () => {
    const urls = [await nobodyAt(), await nobodyAt()];
    expect(await callerOf(...urls)(move, well)).toBe('unavailable');
    expect(await retries()).toBe(5);
    expect(means.logged).toContainEqual(
      expect.objectContaining({ service: 'depot', operation: 'move', level: 'warn' }),
    );
  });
});

describe('a connection that breaks under way', () => {
  it.each(repeatable)('lets %s be asked elsewhere', async (_, operation, input, status) => {
    const broken = await bad(breaksOff);
    const ask = callerOf(broken.url, (await open()).url);
    for (let turn = 0; turn < 2; turn += 1) expect(await ask(operation, input)).toBe(status);
    expect(broken.requests).toHaveLength(1);
  });

  it('ends a POST that may not be repeated: it may have been done', async () => {
    const broken = await bad(breaksOff);
    const ask = callerOf(broken.url, (await open()).url);
    expect([await ask(move, well), await ask(move, well)].sort()).toEqual([200, 'unavailable']);
    expect([broken.requests, service.handled.length]).toEqual([['POST /v1/moves'], 1]);
    expect(await retries()).toBe(0);
  });

  it.each<[string, Parameters<typeof openInstance>[0]]>([
    [
      'in the middle of the answer',
      (_, response) => response.writeHead(200, { 'content-length': 9 }).write('{', () => response.destroy()),
    ],
    ['with what is no answer of the contract', (_, response) => response.writeHead(302, { location: '/' }).end()],
    [
      'with a page where JSON should be',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    ],
    [
      'with half a problem',
      (_, response) => response.writeHead(503, { 'content-type': 'application/problem+json' }).end('{'),
    ],
    [
      'with a gateway’s own words',
      (_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('Bad Gateway'),
    ],
  ])('%s is the same', async (_, act) => {
    const broken = await bad(act);
    expect(await callerOf(broken.url)(move, well)).toBe('unavailable');
    expect(broken.requests).toHaveLength(1);
    expect(await callerOf(broken.url, (await open()).url)(count, well)).toBe(200);
  });

  it('is tried three times at the most', async () => {
    const broken = await bad(breaksOff);
    expect(await callerOf(broken.url)(count, well)).toBe('unavailable');
    expect(broken.requests).toHaveLength(3);
  });
});

describe('a callee that could not do its work', () => {
  it.each([
    ['is asked again where that may be repeated', count, 'database', 3],
    ['is not asked again where it may not', move, 'database', 1],
    ['is not asked again where what it needs was repeated already', count, 'elsewhere', 1],
    ['is not asked again where it says when', count, 'later', 1],
    ['is not asked again where it has refused', count, 'refusal', 1],
    ['is not asked again where it has a bug', count, 'bug', 1],
  ] as const)('%s', async (_, operation, how, times) => {
    await callerOf((await open()).url)(operation, { body: { how } });
    expect(service.handled).toHaveLength(times);
  });

  it('is not repeated by those above: the one next to the fault has', async () => {
    const dead = { service, urls: [await nobodyAt()] };
    const asked: string[] = [];
    const respond = async (request: { readonly cause: string }, context: { call: CallOf }) => {
      asked.push(request.cause);
      return context.call(count, well, request);
    };
    const middle = {
      name: 'middle',
      answers: [{ operation: { ...count, service: 'middle', name: 'ask' }, respond }],
    } as never;
    const process = await openFakeProcess(means, [middle], { elsewhere: [dead] });
    const caller = openFakeCaller(means, [{ service: middle, urls: [process.url] }]);
    closings.push(
      () => process.close(),
      () => caller.remote.close(),
    );
    const operation = { ...count, service: 'middle', name: 'ask' };
    const origin = { traceparent: means.traces.begin(undefined), cause: 'request/req_1', language: 'en' } as const;
    const deadline = means.time.now() + 20_000;
    const call = caller.dispatcher.callsOf('shop')(operation, well, {
      ...{ ...origin, deadline },
      caller: { kind: 'service', id: 'shop', roles: [] },
    });
    await expect(call).rejects.toMatchObject({ problem: { code: 'unavailable' } });
    expect(asked).toEqual(['request/req_1']);
  });
});

type CallOf = (operation: Operation, input: object, origin: unknown) => Promise<unknown>;

describe('a deadline', () => {
  it('ends a call that is not answered, and its connection', async () => {
    let gone = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const hanging = await bad((request) => void request.socket.once('close', gone));
    const asked = callerOf(hanging.url)(count, well);
    await vi.waitFor(() => expect(hanging.requests).toHaveLength(1));
    means.time.move(20_001);
    expect(await asked).toBe('deadline_exceeded');
    await ended;
    expect(hanging.requests).toHaveLength(1);
  });

  it('ends the repeats too', async () => {
    const ask = callerOf((await bad(breaksOff)).url);
    expect(await ask(count, well, { deadline: means.time.now() + 30 })).toMatch(/unavailable|deadline_exceeded/);
    expect(await retries()).toBe(0);
  });

  it('is told as what is left of it: the clocks of two machines need not agree', async () => {
    const ahead = makeFakeMeans();
    ahead.time.move(4_000);
    const process = await openFakeProcess(ahead, [service]);
    closings.push(() => process.close());
    expect(await callerOf(process.url)(count, well, { deadline: means.time.now() + 1_000 })).toBe(200);
    const left = (service.handled[0]?.deadline ?? 0) - ahead.time.now();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(1_001);
  });
});

describe('an instance that does not answer', () => {
  /** Goes on until the breaker has opened. */
  async function tire(ask: Ask, url: string): Promise<void> {
    for (let turn = 0; turn < 20 && (await breakerAt(url)) !== 2; turn += 1) await ask(move, well);
    expect(await breakerAt(url)).toBe(2);
  }

  beforeEach(() => {
    // Stands still, so that nothing is due before its time; pauses are none.
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.spyOn(means.time, 'wait').mockResolvedValue();
  });

  it('is left alone, and callers hear so at once', async () => {
    const broken = await bad(breaksOff);
    const ask = callerOf(broken.url);
    await tire(ask, broken.url);
    expect(broken.requests).toHaveLength(5);
    expect(await ask(count, well)).toBe('unavailable');
    expect(broken.requests).toHaveLength(5);
    expect(means.logged).toContainEqual(expect.objectContaining({ instance: broken.url, level: 'warn' }));
  });

  it('is tried after a while by one call alone, and left alone again', async () => {
    const broken = await bad(breaksOff);
    const ask = callerOf(broken.url);
    await tire(ask, broken.url);
    vi.setSystemTime(Date.now() + 1_000);
    expect(await Promise.all([ask(move, well), ask(move, well), ask(move, well)])).toEqual(
      Array(3).fill('unavailable'),
    );
    expect([broken.requests.length, await breakerAt(broken.url)]).toEqual([6, 2]);
  });

  it('is used again once it answers', async () => {
    const broken = await bad(breaksOff);
    const { url } = broken;
    const ask = callerOf(url);
    await tire(ask, url);
    await broken.close();
    await open(Number(new URL(url).port));
    expect(await ask(count, well)).toBe('unavailable');
    vi.setSystemTime(Date.now() + 1_000);
    expect(await ask(count, well)).toBe(200);
    expect(await breakerAt(url)).toBe(0);
    expect(await ask(move, well)).toBe(200);
  });

  it('is no burden for those who can go elsewhere, and is tried by what may be repeated', async () => {
    const broken = await bad(breaksOff);
    const ask = callerOf(broken.url, (await open()).url);
    await tire(ask, broken.url);
    for (let turn = 0; turn < 10; turn += 1) expect(await ask(move, well)).toBe(200);
    vi.setSystemTime(Date.now() + 1_000);
    for (let turn = 0; turn < 3; turn += 1) expect(await ask(move, well)).toBe(200);
    expect(broken.requests).toHaveLength(5);
    expect(await ask(count, well)).toBe(200);
    expect(broken.requests).toHaveLength(6);
  });

  it.each([
    ['in a time in which it should', 2_000, 2],
    ['to a caller without patience', 1_999, 0],
  ])('%s is left alone, or not: %d ms', async (_, leftMs, state) => {
    const hanging = await bad(hangs);
    const ask = callerOf(hanging.url);
    const deadline = means.time.now() + leftMs;
    const asked = Array.from({ length: 5 }, () => ask(count, well, { deadline }));
    await vi.waitFor(() => expect(hanging.requests).toHaveLength(5));
    means.time.move(leftMs);
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['deadline_exceeded']));
    await vi.waitFor(async () => expect(await breakerAt(hanging.url)).toBe(state));
  });

  it.each(['missing', 'refusal', 'bug', 'later', 'elsewhere'])('is not one that answers: %s', async (how) => {
    const { url } = await open();
    const ask = callerOf(url);
    for (let turn = 0; turn < 12; turn += 1) await ask(move, { body: { how } });
    expect([service.handled.length, await breakerAt(url)]).toEqual([12, 0]);
  });
});

describe('instances', () => {
  it('take turns', async () => {
    const other = makeFakeDepot();
    const second = await openFakeProcess(means, [other]);
    closings.push(() => second.close());
    const ask = callerOf((await open()).url, second.url);
    for (let turn = 0; turn < 10; turn += 1) await ask(count, well);
    expect([service.handled.length, other.handled.length]).toEqual([5, 5]);
  });

  it('that are slow get less', async () => {
    const slow = await bad(hangs);
    const ask = callerOf(slow.url, (await open()).url);
    const deadline = means.time.now() + 60_000;
    const held = [ask(move, well, { deadline }), ask(move, well, { deadline })];
    await vi.waitFor(() => expect([slow.requests.length, service.handled.length]).toEqual([1, 1]));
    for (let turn = 0; turn < 10; turn += 1) expect(await ask(move, well)).toBe(200);
    expect(slow.requests).toHaveLength(1);
    await slow.close();
    expect((await Promise.all(held)).sort()).toEqual([200, 'unavailable']);
  });

  it('are asked over connections that are kept', async () => {
    const answers = await bad((_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":1}'),
    );
    const ask = callerOf(answers.url);
    for (let turn = 0; turn < 10; turn += 1) expect(await ask(count, well)).toBe(200);
    // The next may come before the one before has let go of its own.
    expect(answers.connections).toBeLessThanOrEqual(2);
  });
});

describe('an instance that ends', () => {
  function holdUp(): () => void {
    let release = (): void => undefined;
    service.hold = new Promise<void>((resolve) => {
      release = resolve;
    });
    return () => release();
  }

  it('finishes what is in flight, and sends all else to another instance', async () => {
    const ending = await open();
    const ask = callerOf(ending.url);
    expect(await Promise.all([ask(find), ask(find)])).toEqual([200, 200]);
    const release = holdUp();
    const inFlight = ask(move, well);
    await vi.waitFor(() => expect(service.handled).toHaveLength(3));
    const closed = ending.close();
    const other = await open();
    const asks = callerOf(ending.url, other.url);
    release();
    expect(await inFlight).toBe(200);
    expect(await Promise.all([asks(move, well), asks(move, well)])).toEqual([200, 200]);
    await closed;
    expect(await asks(move, well)).toBe(200);
  });

  it('turns away what comes over connections that are open, as not begun', async () => {
    const ending = await open();
    const ask = callerOf(ending.url);
    expect(await Promise.all([ask(find), ask(find)])).toEqual([200, 200]);
    const release = holdUp();
    const inFlight = ask(count, well);
    await vi.waitFor(() => expect(service.handled).toHaveLength(3));
    const closed = ending.close();
    expect(await ask(move, well)).toBe('unavailable');
    expect(service.handled).toHaveLength(3);
    expect(await retries()).toBe(2);
    release();
    expect(await inFlight).toBe(200);
    await closed;
  });

  it('ends streams', async () => {
    const ending = await open();
    holdUp();
    const { dispatcher, remote } = openFakeCaller(means, [{ service, urls: [ending.url] }]);
    closings.push(() => remote.close());
    const origin = { traceparent: means.traces.begin(undefined), cause: 'x', language: 'en' } as const;
    const { body } = await dispatcher.callsOf('shop')(
      follow,
      {},
      {
        ...{ ...origin, deadline: means.time.now() + 20_000 },
        caller: { kind: 'anonymous', id: 'anonymous', roles: [] },
      },
    );
    const events = (body as unknown as AsyncIterable<string>)[Symbol.asyncIterator]();
    await events.next();
    await ending.close();
    let part = await events.next();
    while (!part.done) part = await events.next();
    expect(part.done).toBe(true);
  });

  it('cuts off what takes longer than it may', async () => {
    const process = await openFakeProcess(means, [service], { drainMs: 60_000 });
    const release = holdUp();
    const cut = callerOf(process.url)(move, well, { deadline: means.time.now() + 600_000 });
    await vi.waitFor(() => expect(service.handled).toHaveLength(1));
    const closed = process.close();
    means.time.move(60_000);
    await closed;
    expect(await cut).toBe('unavailable');
    release();
    expect(means.logged).toContainEqual(expect.objectContaining({ inFlight: 1, level: 'warn' }));
  });
});
