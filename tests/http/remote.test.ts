import { once } from 'node:events';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '#contracts/operation.ts';
import { ProblemError } from '#kernel/problem.ts';
import type { Answer } from '#runtime/http/answer.ts';
import { Dispatcher } from '#runtime/http/dispatch.ts';
import { retryAfterSeconds, toWireProblem } from '#runtime/http/problems.ts';
import { movableTime } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import type { Caller, CallInput, Origin, Request } from '#runtime/service.ts';
import { quote } from './fake-contracts.ts';
import * as depot from './fake-depot.ts';
import {
  type FakeCaller,
  type FakeMeans,
  type FakeProcess,
  makeFakeMeans,
  openFakeCaller,
  openFakeProcess,
} from './fake-processes.ts';

/** The same call, answered in the caller's process and in another one, must not differ in anything that can be seen. */

let means: FakeMeans;
let service: depot.FakeDepot;
let process: FakeProcess;
let here: FakeCaller;
let there: FakeCaller;

beforeAll(async () => {
  // Stands still, so that moments can be compared.
  const openedAt = systemClock.now();
  means = makeFakeMeans(movableTime(() => openedAt));
  service = depot.makeFakeDepot();
  process = await openFakeProcess(means, [service]);
  here = openFakeCaller(means, [], [service]);
  there = openFakeCaller(means, [{ service, urls: [process.url] }]);
});

afterAll(async () => {
  await process.close();
  await there.remote.close();
});

const ann: Caller = { kind: 'user', id: 'usr_ann', sessionId: 'ses_1', roles: [] };
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

function originOf(change: Partial<Origin> = {}): Origin {
  const deadline = means.time.now() + 20_000;
  return { traceparent, cause: 'request/req_1', caller: ann, deadline, language: 'zh-TW', ...change };
}

/** What came of a call, what its handler saw, and what was recorded of it. */
async function seen(dispatcher: Dispatcher, operation: Operation, input: CallInput<Operation>, origin: Origin) {
  const [calls, handled] = [means.calls.length, service.handled.length];
  const outcome = await dispatcher.callsOf('shop')(operation, input, origin).then(answerSeen, problemSeen);
  return {
    outcome,
    requests: service.handled.slice(handled).map(requestSeen),
    recorded: means.calls.slice(calls).map(({ durationMs, callId, traceparent: span, ...call }) => {
      expect(durationMs).toBeGreaterThanOrEqual(0);
      expect(span.slice(36, 52)).toBe(callId);
      return call;
    }),
  };
}

async function answerSeen(answer: Answer) {
  const { body, ...rest } = answer;
  if (body instanceof Uint8Array) return { ...rest, body: [...body] };
  if (typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body)) return answer;
  let text = '';
  for await (const part of body as AsyncIterable<string>) text += part;
  return { ...rest, body: text };
}

function problemSeen(error: unknown) {
  if (!(error instanceof ProblemError)) throw error;
  const { problem, replayed } = error;
  return { ...toWireProblem(problem, ''), replayed, retryAfter: retryAfterSeconds(problem) };
}

function requestSeen({ traceparent: span, operation, ...request }: Request) {
  return { ...request, operation: operation.name, traceId: span.slice(3, 35), flags: span.slice(53) };
}

const input = { params: { shelf: 12, sku: 'tea/green #1' }, body: { quantity: 3 }, idempotencyKey: 'checkout/k 1' };
type Case = [title: string, operation: Operation, input: CallInput<Operation>, origin: Partial<Origin>];

const answered: Case[] = [
  ['a user’s, with everything in it', depot.store, { ...input, query: { tag: ['a&b=c', '绿 茶', ''] } } as never, {}],
  ['one that is accepted', depot.store, { ...input, query: { fragile: true, tag: ['one'] } } as never, {}],
  [
    'a service’s, where it may ask what a user may',
    depot.store,
    input as never,
    { caller: { kind: 'timer', id: 'shop', roles: [] } },
  ],
  [
    'nobody’s',
    depot.find,
    { query: { text: 'a%00 +ü', limit: 5 } } as never,
    { caller: { kind: 'anonymous', id: 'anonymous', roles: [] } },
  ],
  ['one without input', depot.find, {}, {}],
  ['an operator’s', depot.inspect, {}, { caller: { ...ann, roles: ['operator'] } }],
  ['one without an answer’s body', depot.drop, { params: { sku: 'tea' } } as never, {}],
  ['what only services may ask, in the service’s name', depot.count, { body: { how: 'well' } } as never, {}],
  ['text', depot.label, {}, {}],
  ['bytes, in a media type of their own', depot.picture, {}, {}],
  ['a stream', depot.follow, {}, {}],
];

const refused: [...Case, code: string][] = [
  ...(
    [
      ['refusal', 'insufficient_stock'],
      ['replay', 'insufficient_balance'],
      ['later', 'unavailable'],
      ['limit', 'rate_limited'],
      ['unauthenticated', 'unauthenticated'],
      ['missing', 'not_found'],
      ['provider', 'provider_unknown'],
      ['bug', 'internal_error'],
      ['database', 'unavailable'],
      ['elsewhere', 'unavailable'],
      ['against the contract', 'internal_error'],
    ] as const
  ).map(([how, code]): [...Case, string] => [how, depot.move, { body: { how } } as never, {}, code]),
  ['input against the contract', depot.count, { body: { how: 1 } } as never, {}, 'validation_failed'],
  [
    'a key that is missing',
    depot.store,
    { ...input, idempotencyKey: undefined } as never,
    {},
    'idempotency_key_missing',
  ],
  ['a user without the role', depot.inspect, {}, {}, 'forbidden'],
  ['a deadline that has passed', depot.count, { body: { how: 'well' } } as never, { deadline: 1 }, 'deadline_exceeded'],
];

describe('a call to another process is answered as one within the process', () => {
  it.each(answered)('%s', async (_, operation, given, origin) => {
    const within = await seen(here.dispatcher, operation, given, originOf(origin));
    expect(within.outcome).toMatchObject({ status: expect.toSatisfy((status: number) => status < 300) });
    expect(await seen(there.dispatcher, operation, given, originOf(origin))).toEqual(within);
  });
});

describe('a call to another process is refused as one within the process', () => {
  it.each(refused)('%s', async (_, operation, given, origin, code) => {
    const within = await seen(here.dispatcher, operation, given, originOf(origin));
    expect(within.outcome).toMatchObject({ code });
    const across = await seen(there.dispatcher, operation, given, originOf(origin));
    expect(across.outcome).toEqual(within.outcome);
    expect(across.requests).toEqual(within.requests);
    expect(JSON.stringify(across)).not.toMatch(/secret|10\.0\.0\.5/);
  });
});

describe('a call', () => {
  it('is recorded once, by the callee, under the call that made it', async () => {
    const before = means.calls.length;
    await there.dispatcher.callsOf('shop')(depot.store, input, originOf());
    expect(means.calls.slice(before)).toEqual([
      expect.objectContaining({
        ...{ caller: 'shop', callee: 'depot', operation: 'store', status: 201, key: depot.orderId },
        ...{ parent: '00f067aa0ba902b7', callId: expect.stringMatching(/^(?!00f067aa0ba902b7)[0-9a-f]{16}$/) },
      }),
    ]);
    const unsampled = originOf({ traceparent: traceparent.replace(/01$/, '00') });
    await there.dispatcher.callsOf('shop')(depot.store, input, unsampled);
    expect(means.calls).toHaveLength(before + 1);
  });

  it('that is refused by the callee is recorded with its status', async () => {
    const before = means.calls.length;
    const call = there.dispatcher.callsOf('shop')(depot.count, { body: { how: 'refusal' } }, originOf());
    await expect(call).rejects.toThrow('insufficient_stock');
    expect(means.calls.slice(before)).toMatchObject([{ operation: 'count', status: 409 }]);
  });

  it.each([
    ['that is not part of the platform', () => openFakeCaller(means, [])],
    ['whose address nobody knows', () => openFakeCaller(means, [{ service, urls: [] }])],
  ])('to a service %s is unavailable, and no bug', async (_, open) => {
    const caller = open();
    const call = caller.dispatcher.callsOf('shop')(depot.find, {}, originOf());
    await expect(call).rejects.toMatchObject({ problem: { code: 'unavailable' } });
    await caller.remote.close();
  });

  it('to an operation that the callee does not have is unavailable, and not “not found”', async () => {
    const newer = {
      name: 'depot',
      answers: [...service.answers, { operation: { ...quote, service: 'depot' }, respond: null as never }],
    };
    const caller = openFakeCaller({ ...means, time: movableTime(() => systemClock.now()) }, [
      { service: newer, urls: [process.url] },
    ]);
    const operation = { ...quote, service: 'depot' as const };
    const call = caller.dispatcher.callsOf('shop')(operation, { body: { skus: ['tea'] } }, originOf());
    await expect(call).rejects.toMatchObject({ problem: { code: 'unavailable' } });
    await caller.remote.close();
  });
});

describe('what comes while it is made', () => {
  it('is passed on as it comes, whole letters at a time', async () => {
    let release = (): void => undefined;
    service.hold = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { body } = await there.dispatcher.callsOf('shop')(depot.follow, {}, originOf());
    const events = (body as unknown as AsyncIterable<string>)[Symbol.asyncIterator]();
    let text = '';
    while (!text.includes('two')) text += (await events.next()).value;
    expect(text).not.toContain('三');
    release();
    for (let part = await events.next(); !part.done; part = await events.next()) text += part.value;
    expect(text.match(/^id: \d$/gm)).toEqual(['id: 1', 'id: 2', 'id: 3']);
    expect(text).toContain('data: 三');
  });

  it('is let go where it begins after the deadline', async () => {
    const stream = new Readable({ read: () => undefined });
    let release = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      release = resolve;
    });
    const perform = async () => {
      await begun;
      return { status: 200, body: stream };
    };
    const { time: clock, log, traces } = means;
    const remote = { perform, close: async () => undefined };
    const dispatcher = new Dispatcher({ clock, scheduler: clock, log, traces, remote, checkAnswers: true });
    dispatcher.reach('depot', [depot.follow]);
    const call = dispatcher.callsOf('shop')(depot.follow, {}, originOf());
    clock.move(20_000);
    await expect(call).rejects.toMatchObject({ problem: { code: 'deadline_exceeded' } });
    const closed = once(stream, 'close');
    release();
    await closed;
    expect(stream.destroyed).toBe(true);
  });
});
