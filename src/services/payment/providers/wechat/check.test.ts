import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeWechatKeys, type WechatKeys } from '../../../../../simulators/wechat/keys.ts';
import { type SceneOptions, type WechatScene, wechatScene } from './testing/scene.ts';
import { wechatProvider } from './wechat.ts';

let keys: WechatKeys;
let scene: WechatScene;
beforeAll(async () => {
  [keys] = await Promise.all([makeWechatKeys(), import('wechatpay-axios-plugin')]);
});
afterEach(() => scene.stop());

async function wrong(options: SceneOptions = {}, prepare: (scene: WechatScene) => void = () => undefined) {
  scene = await wechatScene({ keys, ...options });
  prepare(scene);
  const findings = await scene.provider.check({ deadline: scene.now() + 20_000 });
  return findings.filter(({ ok }) => !ok).map(({ what, advice }) => `${what}: ${advice}`);
}

const withoutCertificates = ({ wechat }: WechatScene): void => {
  wechat.control.givesCertificates = false;
};

describe('the check of a merchant’s settings', () => {
  test.each(['public key', 'certificate'] as const)(
    'finds nothing wrong where all is right (%s)',
    async (signsWith) => {
      expect(await wrong({ signsWith })).toEqual([]);
    },
  );

  test('finds nothing wrong with a merchant who has a public key and no certificates', async () => {
    expect(await wrong({}, withoutCertificates)).toEqual([]);
  });

  test('tells a merchant without either what to set', async () => {
    const told = await wrong({ signsWith: 'certificate' }, withoutCertificates);
    expect(told.join('\n')).toContain('WECHAT_PUBLIC_KEY');
  });

  test('finds a wrong APIv3 key by the certificates that it does not open', async () => {
    const told = await wrong({ signsWith: 'certificate', environment: { WECHAT_API_V3_KEY: 'x'.repeat(32) } });
    expect(told[0]).toContain('WECHAT_API_V3_KEY');
  });

  test.each([
    ['private key', { WECHAT_MERCHANT_SERIAL: '0'.repeat(40) }],
    ['merchant number', { WECHAT_MERCHANT_ID: '1900009999' }],
  ])('finds a wrong %s', async (_what, environment) => {
    const told = await wrong({ environment });
    expect(told.join('\n')).toContain('WECHAT_PRIVATE_KEY and WECHAT_MERCHANT_SERIAL are not of one certificate');
  });

  test('finds a public key under another id', async () => {
    const told = await wrong({ environment: { WECHAT_PUBLIC_KEY_ID: 'PUB_KEY_ID_0199999999' } }, withoutCertificates);
    expect(told).toEqual([expect.stringContaining('WECHAT_PUBLIC_KEY_ID and WECHAT_PUBLIC_KEY have to be of one key')]);
  });

  test('finds a clock that is off before it is too far off', async () => {
    scene = await wechatScene({ keys });
    const { account, means } = scene;
    const late = { ...means, clock: { now: () => scene.now() - 200_000 } };
    const findings = await wechatProvider(account, late).check({ deadline: scene.now() + 20_000 });
    expect(findings.filter(({ ok }) => !ok)).toEqual([
      { what: 'clock', ok: false, advice: expect.stringMatching(/(199|200|201) s off/) },
    ]);
  });

  test('finds nobody at the address', async () => {
    const told = await wrong({ environment: { WECHAT_API_URL: 'http://127.0.0.1:1' } });
    expect(told.join('\n')).toContain('look at the network, and at WECHAT_API_URL (http://127.0.0.1:1)');
  });
});
