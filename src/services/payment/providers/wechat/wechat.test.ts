import { beforeAll, describe } from 'vitest';
import { makeWechatKeys, type WechatKeys } from '../../../../../simulators/wechat/keys.ts';
import { providerConformance } from '../testing/conformance.ts';
import { wechatMishaps, wechatScene } from './testing/scene.ts';

let keys: WechatKeys;
beforeAll(async () => {
  // The client is big: no test waits for it within its time.
  [keys] = await Promise.all([makeWechatKeys(), import('wechatpay-axios-plugin')]);
});

describe.each([
  ['with a public key', {}],
  ['with platform certificates', { signsWith: 'certificate' }],
  ['paid within WeChat', { flow: 'jsapi' }],
] as const)('%s', (_what, options) => {
  providerConformance('WeChat Pay', () => wechatScene({ keys, ...options }), wechatMishaps);
});
