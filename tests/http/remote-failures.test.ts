import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answer } from '#runtime/service.ts';
import { eventually } from '../support/eventually.ts';
import { count, follow, makeFakeDepot, move } from './fake-depot.ts';
import {
  type Ask,
  type DepotScene,
  everyKind,
  openDepotScene,
  repeatable,
  stillTime,
  well,
} from './fake-depot-scene.ts';
import { breaksOff, type FakeInstance, freePort, hangs, type openInstance } from './fake-instances.ts';
import { makeFakeMeans, openFakeCaller, openFakeProcess } from './fake-processes.ts';

let scene: DepotScene;

beforeEach(() => {
  scene = openDepotScene();
});

afterEach(() => scene.close());

describe('what was not begun is begun at another instance', () => {
  it.each(everyKind)('where nobody listens: %s', async (_, operation, input, status) => {
    const ask = scene.callerOf(await scene.nobody(), (await scene.open()).url, await scene.nobody());
    for (let turn = 0; turn < 3; turn += 1) expect(await ask(operation, input)).toBe(status);
    expect(await scene.retries()).toBeGreaterThan(0);
  });

  it.each(everyKind)('where an instance is not ready: %s', async (_, operation, input, status) => {
    const [early, ready] = [await scene.open(), await scene.open()];
    early.ready = false;
    const ask = scene.callerOf(early.url, ready.url);
    expect([await ask(operation, input), await ask(operation, input)]).toEqual([status, status]);
    expect(await scene.retries()).toBe(1);
  });

  it('and where there is no other, at the same after a moment', async () => {
    const port = await freePort();
    const ask = scene.callerOf(`http://127.0.0.1:${port}`);
    vi.spyOn(scene.means.time, 'wait').mockImplementationOnce(async () => void (await scene.open(port)));
    expect(await ask(move, well)).toBe(200);
  });

  it('but not for ever', async () => {
    const urls = [await scene.nobody(), await scene.nobody()];
    expect(await scene.callerOf(...urls)(move, well)).toBe('unavailable');
    expect(await scene.retries()).toBe(5);
    expect(scene.means.logged).toContainEqual(
      expect.objectContaining({ service: 'depot', operation: 'move', level: 'warn' }),
    );
  });
});

describe('a connection that breaks under way', () => {
  it.each(repeatable)('lets %s be asked elsewhere', async (_, operation, input, status) => {
    const broken = await scene.bad(breaksOff);
    const ask = scene.callerOf(broken.url, (await scene.open()).url);
    for (let turn = 0; turn < 2; turn += 1) expect(await ask(operation, input)).toBe(status);
    expect(broken.requests).toHaveLength(1);
  });

  it('ends a POST that may not be repeated: it may have been done', async () => {
    const broken = await scene.bad(breaksOff);
    const ask = scene.callerOf(broken.url, (await scene.open()).url);
    expect([await ask(move, well), await ask(move, well)].sort()).toEqual([200, 'unavailable']);
    expect([broken.requests, scene.depot.handled.length]).toEqual([['POST /v1/moves'], 1]);
    expect(await scene.retries()).toBe(0);
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
    const broken = await scene.bad(act);
    expect(await scene.callerOf(broken.url)(move, well)).toBe('unavailable');
    expect(broken.requests).toHaveLength(1);
    expect(await scene.callerOf(broken.url, (await scene.open()).url)(count, well)).toBe(200);
  });

  it.each([1, 4])('is tried three times at the most, with instances: %d', async (instances) => {
    const broken = await Promise.all(Array.from({ length: instances }, () => scene.bad(breaksOff)));
    expect(await scene.callerOf(...broken.map(({ url }) => url))(count, well)).toBe('unavailable');
    expect(broken.flatMap(({ requests }) => requests)).toHaveLength(3);
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
    await scene.callerOf((await scene.open()).url)(operation, { body: { how } });
    expect(scene.depot.handled).toHaveLength(times);
  });

  it('is not repeated by those above: the one next to the fault has', async () => {
    const dead = { service: scene.depot, urls: [await scene.nobody()] };
    const asked: string[] = [];
    const operation = { ...count, service: 'middle', name: 'ask' };
    const ask = answer(operation, async (request, context) => {
      asked.push(request.cause);
      return context.call(count, well, request);
    });
    const middle = { name: 'middle', answers: [ask] };
    const process = await openFakeProcess(scene.means, [middle], { elsewhere: [dead] });
    scene.atEnd(() => process.close());
    const { dispatcher, remote } = openFakeCaller(scene.means, [{ service: middle, urls: [process.url] }]);
    scene.atEnd(() => remote.close());
    const call = dispatcher.callsOf('shop')(operation, well, scene.originOf());
    await expect(call).rejects.toMatchObject({ problem: { code: 'unavailable' } });
    expect(asked).toEqual(['request/req_1']);
  });
});

describe('a deadline', () => {
  it('ends a call that is not answered, and its connection', async () => {
    let gone = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const hanging = await scene.bad((request) => void request.socket.once('close', gone));
    const asked = scene.callerOf(hanging.url)(count, well);
    await eventually(() => expect(hanging.requests).toHaveLength(1));
    scene.means.time.move(20_001);
    expect(await asked).toBe('deadline_exceeded');
    await ended;
    expect(hanging.requests).toHaveLength(1);
  });

  it('ends the repeats too', async () => {
    const ask = scene.callerOf((await scene.bad(breaksOff)).url);
    expect(await ask(count, well, { deadline: scene.means.time.now() + 30 })).toMatch(/unavailable|deadline_exceeded/);
    expect(await scene.retries()).toBe(0);
  });

  it('is told as what is left of it: the clocks of two machines need not agree', async () => {
    const ahead = makeFakeMeans();
    ahead.time.move(4_000);
    const process = await openFakeProcess(ahead, [scene.depot]);
    scene.atEnd(() => process.close());
    expect(await scene.callerOf(process.url)(count, well, { deadline: scene.means.time.now() + 1_000 })).toBe(200);
    const left = (scene.depot.handled[0]?.deadline ?? 0) - ahead.time.now();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(1_001);
  });
});

describe('a stream', () => {
  const followed = async (url: string) => {
    const { dispatcher, remote } = openFakeCaller(scene.means, [{ service: scene.depot, urls: [url] }]);
    scene.atEnd(() => remote.close());
    const { body } = await dispatcher.callsOf('shop')(follow, {}, scene.originOf());
    return (body as unknown as AsyncIterable<string>)[Symbol.asyncIterator]();
  };
  const begins = (response: ServerResponse): void =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).write('id: 1\n\n');

  it('ends at the callee when nobody reads on', async () => {
    let gone = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const instance = await scene.bad((request, response) => {
      request.socket.once('close', gone);
      begins(response);
    });
    const events = await followed(instance.url);
    expect((await events.next()).value).toBe('id: 1\n\n');
    await events.return?.();
    await ended;
  });

  it('outlives the deadline of the call', async () => {
    let finish = (): void => undefined;
    const instance = await scene.bad((_, response) => {
      finish = () => void response.end('id: 2\n\n');
      begins(response);
    });
    const events = await followed(instance.url);
    await events.next();
    scene.means.time.move(60_000);
    finish();
    expect((await events.next()).value).toBe('id: 2\n\n');
  });

  it('that breaks is an error to its reader', async () => {
    const instance = await scene.bad((_, response) => {
      begins(response);
      response.write('id: 2\n\n', () => response.destroy());
    });
    const events = await followed(instance.url);
    const all = async (): Promise<void> => {
      for (let part = await events.next(); !part.done; ) part = await events.next();
    };
    await expect(all()).rejects.toThrow();
  });
});

describe('an instance that does not answer', () => {
  /** Goes on until the breaker has opened. */
  async function tire(ask: Ask, url: string): Promise<void> {
    for (let turn = 0; turn < 20 && (await scene.breakerAt(url)) !== 2; turn += 1) await ask(move, well);
    expect(await scene.breakerAt(url)).toBe(2);
  }

  const probes = (instance: FakeInstance): number =>
    instance.requests.filter((request) => request === 'GET /internal/alive').length;

  beforeEach(async () => {
    await scene.close();
    scene = openDepotScene(stillTime());
    vi.spyOn(scene.means.time, 'wait').mockResolvedValue();
  });

  it('is left alone, and callers hear so at once', async () => {
    const broken = await scene.bad(breaksOff);
    const ask = scene.callerOf(broken.url);
    await tire(ask, broken.url);
    expect(broken.requests).toHaveLength(5);
    expect([await ask(count, well), await ask(move, well)]).toEqual(['unavailable', 'unavailable']);
    expect(broken.requests).toHaveLength(5);
    expect(scene.means.logged).toContainEqual(expect.objectContaining({ instance: broken.url, level: 'warn' }));
  });

  it('is asked now and then whether it is well, which costs no call anything', async () => {
    const broken = await scene.bad(breaksOff);
    const ask = scene.callerOf(broken.url, (await scene.open()).url);
    await tire(ask, broken.url);
    for (let probe = 1; probe <= 3; probe += 1) {
      scene.means.time.move(1_000);
      await eventually(() => expect(probes(broken)).toBe(probe));
      await eventually(async () => expect(await scene.breakerAt(broken.url)).toBe(2));
    }
    for (let turn = 0; turn < 10; turn += 1) expect(await ask(move, well)).toBe(200);
    expect(broken.requests).toHaveLength(8);
    expect(scene.means.logged.filter(({ instance }) => instance === broken.url)).toHaveLength(1);
  });

  it('is used again once it is well', async () => {
    const broken = await scene.bad(breaksOff);
    const ask = scene.callerOf(broken.url);
    await tire(ask, broken.url);
    await broken.close();
    await scene.open(Number(new URL(broken.url).port));
    expect(await ask(count, well)).toBe('unavailable');
    scene.means.time.move(1_000);
    await eventually(async () => expect(await scene.breakerAt(broken.url)).toBe(0));
    expect(await ask(move, well)).toBe(200);
  });

  it('is asked no more at the end, also where it was just being asked', async () => {
    const broken = await scene.bad((request) => (request.url === '/internal/alive' ? hangs() : breaksOff(request)));
    const { dispatcher, remote } = openFakeCaller(scene.means, [{ service: scene.depot, urls: [broken.url] }]);
    const call = dispatcher.callsOf('shop');
    const ask: Ask = () => call(move, well, scene.originOf()).catch(() => undefined);
    await tire(ask, broken.url);
    scene.means.time.move(1_000);
    await eventually(() => expect(probes(broken)).toBe(1));
    const after = vi.spyOn(scene.means.time, 'after');
    await remote.close();
    await eventually(async () => expect(await scene.breakerAt(broken.url)).toBe(2));
    expect(after).not.toHaveBeenCalled();
  });

  it('is not taken to be well while it starts', async () => {
    const process = await scene.open();
    process.ready = false;
    const ask = scene.callerOf(process.url);
    await tire(ask, process.url);
    scene.means.time.move(1_000);
    await eventually(async () => {
      const { values } = await scene.means.metrics.calls.get();
      const asked = values.find(({ labels, metricName }) => labels.status === '503' && metricName?.endsWith('_count'));
      expect(asked?.value).toBe(6);
    });
    await eventually(async () => expect(await scene.breakerAt(process.url)).toBe(2));
  });

  it('and had turned callers away is tried, once, by those who can go nowhere else: it may be back', async () => {
    const process = await scene.open();
    process.ready = false;
    const ask = scene.callerOf(process.url);
    await tire(ask, process.url);
    const before = await scene.retries();
    expect(await ask(move, well)).toBe('unavailable');
    expect(await scene.retries()).toBe(before);
    process.ready = true;
    expect([await ask(move, well), await scene.breakerAt(process.url)]).toEqual([200, 2]);
  });

  it.each([
    ['in a time in which it should', 2_000, 2],
    ['to a caller without patience', 1_999, 0],
  ])('%s is left alone, or not: %d ms', async (_, leftMs, state) => {
    const hanging = await scene.bad(hangs);
    const ask = scene.callerOf(hanging.url);
    const deadline = scene.means.time.now() + leftMs;
    const asked = Array.from({ length: 5 }, () => ask(count, well, { deadline }));
    await eventually(() => expect(hanging.requests).toHaveLength(5));
    scene.means.time.move(leftMs);
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['deadline_exceeded']));
    // The calls have ended by the caller's own clock; what that means is known a turn later.
    await new Promise(setImmediate);
    expect(await scene.breakerAt(hanging.url)).toBe(state);
  });

  it.each(['missing', 'refusal', 'bug', 'later', 'elsewhere'])('is not one that answers: %s', async (how) => {
    const { url } = await scene.open();
    const ask = scene.callerOf(url);
    for (let turn = 0; turn < 12; turn += 1) await ask(move, { body: { how } });
    expect([scene.depot.handled.length, await scene.breakerAt(url)]).toEqual([12, 0]);
  });
});

describe('instances', () => {
  it('take turns', async () => {
    const other = makeFakeDepot();
    const second = await openFakeProcess(scene.means, [other]);
    scene.atEnd(() => second.close());
    const ask = scene.callerOf((await scene.open()).url, second.url);
    for (let turn = 0; turn < 10; turn += 1) await ask(count, well);
    expect([scene.depot.handled.length, other.handled.length]).toEqual([5, 5]);
  });

  it('that are slow get less', async () => {
    const slow = await scene.bad(hangs);
    const ask = scene.callerOf(slow.url, (await scene.open()).url);
    const deadline = scene.means.time.now() + 60_000;
    const held = [ask(move, well, { deadline }), ask(move, well, { deadline })];
    await eventually(() => expect([slow.requests.length, scene.depot.handled.length]).toEqual([1, 1]));
    for (let turn = 0; turn < 10; turn += 1) expect(await ask(move, well)).toBe(200);
    expect(slow.requests).toHaveLength(1);
    await slow.close();
    expect((await Promise.all(held)).sort()).toEqual([200, 'unavailable']);
  });

  it('are asked over connections that are kept', async () => {
    const answers = await scene.bad((_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":1}'),
    );
    const ask = scene.callerOf(answers.url);
    for (let turn = 0; turn < 10; turn += 1) expect(await ask(count, well)).toBe(200);
    // The next may come before the one before has let go of its own.
    expect(answers.connections).toBeLessThanOrEqual(2);
  });
});
