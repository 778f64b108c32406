import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ForgeryKind } from '../../../../../simulators/wechat/forgeries.ts';
import { makeWechatKeys, type WechatKeys } from '../../../../../simulators/wechat/keys.ts';
import type { RawCallback } from '../provider.ts';
import { type WechatScene, wechatScene } from './testing/scene.ts';

let keys: WechatKeys;
let scene: WechatScene;
const number = 'a0t1_Callback_1';

beforeAll(async () => {
  [keys] = await Promise.all([makeWechatKeys(), import('wechatpay-axios-plugin')]);
});
beforeEach(async () => {
  scene = await wechatScene({ keys });
  const { provider, now } = scene;
  const charge = { ...scene.charge, number, reference: null, amount: { amount: 88n, currency: 'CNY' } };
  const times = { openedAt: now(), expiresAt: now() + 600_000 };
  await provider.open({ ...charge, ...times, description: 'tea' }, { deadline: now() + 20_000 });
  await scene.simulator.pay(number);
});
afterEach(() => scene.stop());

async function genuine(): Promise<RawCallback> {
  const [raw] = await scene.simulator.callbacks();
  if (!raw) throw new Error('no callback');
  return raw;
}

/** Signed and sealed by the platform, with this event instead of a payment. */
function event(type: string, original: string, content: object): RawCallback {
  const { identity, merchant } = scene.wechat;
  const resource = {
    original_type: original,
    ...identity.sealed(JSON.stringify(content), merchant.apiV3Key, original),
  };
  const body = JSON.stringify({
    id: 'EV-1',
    create_time: '',
    resource_type: 'encrypt-resource',
    event_type: type,
    resource,
  });
  return signed(body);
}

function signed(body: string): RawCallback {
  const { identity } = scene.wechat;
  const headers = Object.entries(identity.signed(body, scene.now(), identity.publicKeyId));
  const lower = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  return { method: 'POST', path: '/', headers: lower, body: Buffer.from(body), receivedAt: scene.now() };
}

describe('a callback', () => {
  test.each<[ForgeryKind, object]>([
    [
      'signtest',
      { kind: 'refused', why: 'signature', detail: 'WeChat Pay’s own test of whether signatures are verified' },
    ],
    ['serial', { kind: 'refused', why: 'signature', detail: 'unknown serial' }],
    ['signature', { kind: 'refused', why: 'signature', detail: 'forged' }],
    ['other key', { kind: 'refused', why: 'malformed' }],
  ])('that is of kind %s is refused', (kind, expected) => {
    const forged = scene.wechat.control.forged(number, kind);
    const headers = Object.entries(forged?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
    const body = Buffer.from(forged?.notice.body ?? '');
    const raw = { method: 'POST', path: '/', headers: Object.fromEntries(headers), body, receivedAt: scene.now() };
    expect(scene.provider.readCallback(raw)).toMatchObject(expected);
  });

  test.each(['wechatpay-timestamp', 'wechatpay-nonce', 'wechatpay-signature', 'wechatpay-serial'])(
    'without %s is refused',
    async (name) => {
      const raw = await genuine();
      const headers = { ...raw.headers, [name]: undefined };
      expect(scene.provider.readCallback({ ...raw, headers })).toMatchObject({ kind: 'refused', why: 'signature' });
    },
  );

  test('that is kept for six minutes and sent again by somebody else is stale', async () => {
    const raw = await genuine();
    const later = scene.provider.readCallback({ ...raw, receivedAt: raw.receivedAt + 360_000 });
    expect(later).toMatchObject({ kind: 'refused', why: 'stale' });
  });

  test.each([
    ['SUCCESS', { kind: 'refunded', amount: { amount: 8n, currency: 'CNY' } }],
    ['ABNORMAL', { kind: 'failed', code: 'ABNORMAL' }],
    ['CLOSED', { kind: 'failed', code: 'CLOSED' }],
  ] as const)('tells of a refund that became %s', (status, state) => {
    const content = { mchid: scene.account.merchantId, out_refund_no: 'r1', refund_id: '503', refund_status: status };
    const raw = event(`REFUND.${status}`, 'refund', { ...content, amount: { refund: 8, total: 88 } });
    expect(scene.provider.readCallback(raw)).toMatchObject({ kind: 'refund', id: 'EV-1', number: 'r1', state });
  });

  test('of another merchant’s refund is refused', () => {
    const content = { mchid: '1900009999', out_refund_no: 'r1', refund_id: '503', refund_status: 'SUCCESS' };
    const told = scene.provider.readCallback(event('REFUND.SUCCESS', 'refund', content));
    expect(told).toMatchObject({ kind: 'refused', why: 'merchant' });
  });

  test('of something else is acknowledged as something else', () => {
    const raw = event('PAYSCORE.USER_OPEN_SERVICE', 'payscore', { mchid: scene.account.merchantId });
    expect(scene.provider.readCallback(raw)).toEqual({ kind: 'other', id: 'EV-1', type: 'PAYSCORE.USER_OPEN_SERVICE' });
  });

  test.each(['{}', 'null', '[]', '"EV"', '{"id":"EV-1"}', '{"id":"EV-1","event_type":"TRANSACTION.SUCCESS"}'])(
    'that is signed and says %s is malformed',
    (body) => {
      expect(scene.provider.readCallback(signed(body))).toMatchObject({ kind: 'refused', why: 'malformed' });
    },
  );

  test('is acknowledged with nothing, and refused with what WeChat Pay expects', () => {
    expect(scene.provider.acknowledgement).toEqual({ status: 204, contentType: null, body: '' });
    expect(JSON.parse(scene.provider.refusal.body)).toEqual({ code: 'FAIL', message: '失败' });
    expect(scene.provider.refusal.status).toBeGreaterThanOrEqual(400);
  });
});
