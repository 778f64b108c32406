import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appKeys } from '../../../../../simulators/alipay/testing/stage.ts';
import type { Finding } from '../provider.ts';
import type { Means } from './gateway.ts';
import type { AlipaySettings } from './merchant.ts';
import { type Stage, stage } from './testing/scene.ts';

let current: Stage;
beforeEach(async () => {
  current = await stage();
});
afterEach(() => current.stop());

async function wrongWith(settings: Partial<AlipaySettings>, means: Partial<Means> = {}): Promise<readonly Finding[]> {
  const now = (means.clock ?? current.time).now();
  const found = await current.adapter(settings, means).check({ deadline: now + 10_000 });
  return found.filter(({ ok }) => !ok);
}

describe('the check', () => {
  test('finds nothing where all is right, and moves nothing', async () => {
    expect(await wrongWith({})).toEqual([]);
    expect(current.simulator.books.movements).toEqual([]);
    expect(current.simulator.books.orders.size).toBe(0);
  });

  test('knows the app’s own public key where Alipay’s should be', async () => {
    const wrong = await wrongWith({ alipayPublicKey: appKeys.publicKey });
    expect(wrong.map(({ what }) => what)).toContain('Alipay public key');
    expect(wrong[0]?.advice).toContain('支付宝公钥');
  });

  test('says that Alipay does not know our signature', async () => {
    const [wrong] = await wrongWith({ privateKey: current.simulator.control.strangersKey() });
    expect(wrong?.advice).toContain('应用公钥');
  });

  test('says that Alipay does not know the app', async () => {
    const [wrong] = await wrongWith({ appId: '2021999999999999' });
    expect(wrong?.advice).toContain('ALIPAY_APP_ID');
  });

  test('says that an answer is not signed by the key that is set', async () => {
    current.simulator.control.fail({ trouble: 'forged', applied: true });
    const [wrong] = await wrongWith({});
    expect(wrong?.advice).toContain('ALIPAY_PUBLIC_KEY');
  });

  test('says that the app may not do what is needed', async () => {
    const method = 'alipay.data.dataservice.bill.downloadurl.query';
    current.simulator.control.fail({ trouble: { refuse: 'isv.insufficient-isv-permissions' }, applied: false, method });
    const wrong = await wrongWith({});
    expect(wrong).toMatchObject([{ what: 'Permission to fetch bills', advice: expect.stringContaining('sign up') }]);
  });

  test('says that nobody answers', async () => {
    const wrong = await wrongWith({ gateway: 'http://127.0.0.1:9/gateway.do' });
    expect(wrong[0]?.advice).toContain('ALIPAY_GATEWAY');
  });

  test.each(['http://shop.example/callbacks', 'https://shop.example/callbacks?x=1'])(
    'says that Alipay will not call %s',
    async (notifyUrl) => {
      expect(await wrongWith({ notifyUrl })).toMatchObject([{ what: 'Notify URL' }]);
    },
  );

  test.each([
    [20 * 60_000, 'ahead of'],
    [-20 * 60_000, 'behind'],
  ])('says that the clock is %d ms off', async (offMs, word) => {
    const wrong = await wrongWith({}, { clock: { now: () => current.time.now() + offMs } });
    expect(wrong).toMatchObject([{ what: 'Clock', advice: expect.stringContaining(word) }]);
  });
});
