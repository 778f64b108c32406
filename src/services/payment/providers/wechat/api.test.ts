import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeWechatKeys, type WechatKeys } from '../../../../../simulators/wechat/keys.ts';
import type { ChargeName } from '../provider.ts';
import { type SceneOptions, type WechatScene, wechatScene } from './testing/scene.ts';

let keys: WechatKeys;
let scene: WechatScene;

beforeAll(async () => {
  [keys] = await Promise.all([makeWechatKeys(), import('wechatpay-axios-plugin')]);
});
afterEach(() => scene.stop());

async function given(options: SceneOptions = {}): Promise<ChargeName> {
  scene = await wechatScene({ keys, ...options });
  const { charge, now, provider } = scene;
  const times = { openedAt: now(), expiresAt: now() + 30 * 86_400_000 };
  const name = { number: 'a0t1_Api_1', reference: null, amount: { amount: 88n, currency: 'CNY' }, ...times };
  await provider.open({ ...charge, ...name, description: 'tea' }, asking());
  await scene.simulator.pay(name.number);
  await scene.simulator.callbacks();
  return name;
}

const asking = () => ({ deadline: scene.now() + 20_000 });
const asked = (path: string): number => scene.wechat.control.requests.filter((request) => request.path === path).length;
const query = (charge: ChargeName) => scene.provider.query(charge, asking());
const certificate: SceneOptions = { signsWith: 'certificate' };

describe('platform certificates', () => {
  test('are fetched once, at first need, and not at all where there is a public key', async () => {
    const charge = await given(certificate);
    await Promise.all([query(charge), query(charge)]);
    expect(asked('/v3/certificates')).toBe(1);
    await scene.stop();
    await given();
    expect(asked('/v3/certificates')).toBe(0);
  });

  test('that several need at once are fetched once', async () => {
    scene = await wechatScene({ keys, ...certificate });
    const times = { openedAt: scene.now(), expiresAt: scene.now() + 600_000 };
    const charge = { number: 'nobodys_1', reference: null, amount: { amount: 1n, currency: 'CNY' }, ...times };
    await Promise.all([query(charge), query(charge), query(charge)]);
    expect(asked('/v3/certificates')).toBe(1);
  });

  test('are fetched again every twelve hours', async () => {
    const charge = await given(certificate);
    scene.move(11 * 3_600_000);
    await query(charge);
    expect(asked('/v3/certificates')).toBe(1);
    scene.move(2 * 3_600_000);
    await query(charge);
    expect(asked('/v3/certificates')).toBe(2);
  });

  test('that have taken over are known by the first answer that they sign', async () => {
    const charge = await given(certificate);
    scene.move(120_000);
    scene.wechat.control.rotateCertificate({ withdrawOld: true });
    expect(await query(charge)).toMatchObject({ kind: 'paid' });
    expect(asked('/v3/certificates')).toBe(2);
  });

  test('that have taken over are known by the callback after the one that was refused', async () => {
    const charge = await given(certificate);
    scene.move(120_000);
    scene.wechat.control.rotateCertificate({ withdrawOld: false });
    const raw = await scene.simulator.forge(charge.number, 'amount');
    if (!raw) throw new Error('no callback');
    expect(scene.provider.readCallback(raw)).toMatchObject({ kind: 'refused', detail: 'unknown serial' });
    await query(charge);
    expect(scene.provider.readCallback(raw)).toMatchObject({ kind: 'charge' });
  });

  test('count beside the public key while a merchant goes over to it', async () => {
    const charge = await given({ signsWith: 'certificate', knowsPublicKey: true });
    expect(await query(charge)).toMatchObject({ kind: 'paid' });
    const [raw] = await scene.simulator.callbacks();
    if (!raw) throw new Error('no callback');
    expect(raw.headers['wechatpay-serial']).not.toContain('PUB_KEY_ID');
    scene.provider.readCallback(raw);
    await query(charge);
    expect(scene.provider.readCallback(raw)).toMatchObject({ kind: 'charge', state: { kind: 'paid' } });
  });

  test('are not asked for all the time because somebody sends serials that nobody knows', async () => {
    const charge = await given(certificate);
    scene.move(120_000);
    const raw = (await scene.simulator.forge(charge.number, 'amount')) ?? undefined;
    if (!raw) throw new Error('no callback');
    for (let time = 0; time < 5; time += 1) {
      const headers = { ...raw.headers, 'wechatpay-serial': `0123456789ABCDE${time}` };
      scene.provider.readCallback({ ...raw, headers });
      await query(charge);
    }
    expect(asked('/v3/certificates')).toBe(2);
  });

  test('that are over count no more', async () => {
    const charge = await given(certificate);
    const raw = await scene.simulator.forge(charge.number, 'amount');
    if (!raw) throw new Error('no callback');
    scene.move(6 * 365 * 86_400_000);
    expect(scene.provider.readCallback({ ...raw, receivedAt: scene.now() })).toMatchObject({
      detail: 'unknown serial',
    });
    expect(await query(charge)).toMatchObject({ kind: 'unknown' });
  });

  test.each(['unsigned', 'forged', 'old', 'error', 'bad gateway', 'cut'] as const)(
    'in an answer that is %s are not believed, and nothing is asked without them',
    async (how) => {
      scene = await wechatScene({ keys, ...certificate });
      scene.wechat.control.failNext({ how, applied: true, path: '/v3/certificates' });
      const times = { openedAt: scene.now(), expiresAt: scene.now() + 600_000 };
      const name = { number: 'a0t1_Api_1', reference: null, amount: { amount: 88n, currency: 'CNY' }, ...times };
      const answer = await scene.provider.open({ ...scene.charge, ...name, description: 'tea' }, asking());
      expect(answer).toMatchObject({ kind: 'unknown' });
      expect(scene.wechat.books.orders.size).toBe(0);
      expect(scene.warnings).toHaveLength(1);
    },
  );

  test('that our APIv3 key does not open are not believed', async () => {
    await given({ ...certificate, environment: { WECHAT_API_V3_KEY: 'another'.padEnd(32, '0') } });
    expect(scene.wechat.books.orders.size).toBe(0);
  });
});

describe('an answer', () => {
  test.each(['unsigned', 'forged', 'old'] as const)('that there is no such order, %s, says nothing', async (how) => {
    const charge = await given();
    const missing = { ...charge, number: 'nobodys_1', expiresAt: scene.now() - 1 };
    expect(await query(missing)).toMatchObject({ kind: 'closed' });
    scene.wechat.control.failNext({ how, applied: true });
    expect(await query(missing)).toMatchObject({ kind: 'unknown' });
  });

  test('of a proxy says nothing', async () => {
    const charge = await given();
    scene.wechat.control.failNext({ how: 'bad gateway', applied: true });
    expect(await query(charge)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('502') });
  });

  test('is asked for once: what went wrong is not tried again behind our back', async () => {
    const charge = await given();
    for (const how of ['cut', 'error', 'bad gateway', 'unsigned'] as const) {
      const before = scene.wechat.control.requests.length;
      scene.wechat.control.failNext({ how, applied: false });
      expect(await query(charge)).toMatchObject({ kind: 'unknown' });
      expect(scene.wechat.control.requests.length - before).toBe(1);
    }
  });

  test('is waited for until the deadline, and for fifteen seconds at most', async () => {
    const charge = await given();
    scene.wechat.control.failNext({ how: 'no answer', applied: false });
    const before = scene.wechat.control.requests.length;
    const answer = scene.provider.query(charge, { deadline: scene.now() + 3_600_000 });
    await expect.poll(() => scene.wechat.control.requests.length).toBe(before + 1);
    scene.move(15_000);
    expect(await answer).toEqual({ kind: 'unknown', reason: 'no answer within 15000 ms' });
  });

  test('is not asked for when there is no time left', async () => {
    const charge = await given();
    const before = scene.wechat.control.requests.length;
    const told = await scene.provider.query(charge, { deadline: scene.now() });
    expect(told).toEqual({ kind: 'unknown', reason: 'no time was left to ask' });
    expect(scene.wechat.control.requests).toHaveLength(before);
  });

  test('goes by our clock, however far the machine’s is from it', async () => {
    const charge = await given();
    scene.move(40 * 86_400_000);
    expect(await query(charge)).toMatchObject({ kind: 'paid' });
  });
});

describe('secrets', () => {
  test('are in no answer and in no log, whatever goes wrong', async () => {
    const charge = await given(certificate);
    const told: unknown[] = [];
    for (const how of ['cut', 'error', 'bad gateway', 'unsigned', 'forged', 'old', 'refuse'] as const) {
      scene.wechat.control.failNext({ how, applied: false }, 2);
      told.push(await query(charge), await scene.provider.check(asking()));
      scene.wechat.control.mishaps.clear();
    }
    scene.move(13 * 3_600_000);
    scene.wechat.control.failNext({ how: 'forged', applied: false, path: '/v3/certificates' });
    told.push(await query(charge), scene.warnings);
    const text = JSON.stringify(told, (_name, value) => (typeof value === 'bigint' ? String(value) : value));
    expect(scene.warnings.length).toBeGreaterThan(0);
    const pem = scene.wechat.environment.WECHAT_PRIVATE_KEY ?? '';
    const secrets = [scene.wechat.merchant.apiV3Key, ...pem.split('\n').slice(1, -2), 'signature="', 'PRIVATE KEY'];
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect(secrets.length).toBeGreaterThan(20);
  });
});
