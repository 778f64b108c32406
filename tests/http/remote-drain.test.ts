import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { count, find, follow, move } from './fake-depot.ts';
import { type DepotScene, openDepotScene, stillTime, well } from './fake-depot-scene.ts';
import { openFakeCaller, openFakeProcess } from './fake-processes.ts';

let scene: DepotScene;

beforeEach(() => {
  scene = openDepotScene();
});

afterEach(() => scene.close());

describe('an instance that ends', () => {
  it('finishes what is in flight, and sends all else to another instance', async () => {
    const ending = await scene.open();
    const ask = scene.callerOf(ending.url);
    expect(await Promise.all([ask(find), ask(find)])).toEqual([200, 200]);
    const release = scene.holdUp();
    const inFlight = ask(move, well);
    await eventually(() => expect(scene.depot.handled).toHaveLength(3));
    const closed = ending.close();
    const other = await scene.open();
    const asks = scene.callerOf(ending.url, other.url);
    expect(await Promise.all([asks(find), asks(find), asks(find)])).toEqual([200, 200, 200]);
    expect(await scene.retries()).toBeGreaterThan(0);
    release();
    expect(await inFlight).toBe(200);
    await closed;
    expect(await asks(move, well)).toBe(200);
  });

  it('turns away what comes over connections that are open, as not begun', async () => {
    const ending = await scene.open();
    const ask = scene.callerOf(ending.url);
    expect(await Promise.all([ask(find), ask(find)])).toEqual([200, 200]);
    const release = scene.holdUp();
    const inFlight = ask(count, well);
    await eventually(() => expect(scene.depot.handled).toHaveLength(3));
    const closed = ending.close();
    expect(await ask(move, well)).toBe('unavailable');
    expect(scene.depot.handled).toHaveLength(3);
    expect(await scene.retries()).toBe(2);
    release();
    expect(await inFlight).toBe(200);
    await closed;
  });

  it('and comes back is asked at once by who can go nowhere else: its neighbour is next to end', async () => {
    await scene.close();
    scene = openDepotScene(stillTime());
    const [url, neighbour] = [await scene.nobody(), await scene.open()];
    const ask = scene.callerOf(url, neighbour.url);
    while ((await scene.breakerAt(url)) !== 2) expect(await ask(find)).toBe(200);
    await scene.open(Number(new URL(url).port));
    await neighbour.close();
    for (let turn = 0; turn < 5; turn += 1) expect(await ask(move, well)).toBe(200);
    expect(await scene.breakerAt(url)).toBe(2);
    scene.means.time.move(1_000);
    await eventually(async () => expect(await scene.breakerAt(url)).toBe(0));
  });

  it('ends streams', async () => {
    const ending = await scene.open();
    scene.holdUp();
    const { dispatcher, remote } = openFakeCaller(scene.means, [{ service: scene.depot, urls: [ending.url] }]);
    scene.atEnd(() => remote.close());
    const { body } = await dispatcher.callsOf('shop')(follow, {}, scene.originOf());
    const events = (body as unknown as AsyncIterable<string>)[Symbol.asyncIterator]();
    await events.next();
    await ending.close();
    let part = await events.next();
    while (!part.done) part = await events.next();
    expect(part.done).toBe(true);
  });

  it('cuts off what takes longer than it may', async () => {
    const process = await openFakeProcess(scene.means, [scene.depot], { drainMs: 60_000 });
    const release = scene.holdUp();
    const cut = scene.callerOf(process.url)(move, well, { deadline: scene.means.time.now() + 600_000 });
    await eventually(() => expect(scene.depot.handled).toHaveLength(1));
    const closed = process.close();
    scene.means.time.move(60_000);
    await closed;
    expect(await cut).toBe('unavailable');
    release();
    expect(scene.means.logged).toContainEqual(expect.objectContaining({ inFlight: 1, level: 'warn' }));
  });
});
