import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemRandom } from '../../src/runtime/seams/random.ts';
import { checkMethods } from '../../src/services/payment/service.ts';
import { startTestProviders, type TestProviders } from '../support/providers.ts';

let providers: TestProviders;

beforeAll(async () => {
  providers = await startTestProviders();
});

afterAll(() => providers?.[Symbol.asyncDispose]());

const checked = (environment: Readonly<Record<string, string | undefined>>) =>
  checkMethods(environment, {
    ...{ clock: providers.time, scheduler: providers.time, random: systemRandom() },
    log: { warn: () => undefined },
  });

test('a merchant who has set up everything is told that all is well', async () => {
  const wrong = (await checked(providers.environment)).flatMap(({ findings }) => findings.filter(({ ok }) => !ok));
  // Nobody listens where callbacks go, and no certificate of a bank stands behind plain http: what is left is about that.
  expect(wrong.filter(({ what }) => !/notif|webhook|callback|http/i.test(what))).toEqual([]);
});

test('what is missing or wrong is named, of each method by itself, and no key is told', async () => {
  const { WECHAT_APP_ID: _, ...environment } = providers.environment;
  const found = await checked({ ...environment, ALIPAY_PRIVATE_KEY: 'nonsense', STRIPE_SECRET_KEY: undefined });
  const advice = found.map(({ method, findings }) => [method, findings.map((finding) => finding.advice).join(' ')]);
  expect(advice).toEqual([
    ['wechat', expect.stringContaining('WECHAT_APP_ID')],
    ['alipay', expect.stringContaining('ALIPAY_PRIVATE_KEY')],
    ['card', expect.stringContaining('STRIPE_SECRET_KEY')],
  ]);
  expect(JSON.stringify(found)).not.toMatch(/nonsense|BEGIN|whsec_|pk_test/);
});

test('a method of which nothing is set is off', async () => {
  expect(await checked({})).toEqual(
    ['wechat', 'alipay', 'card'].map((method) => ({ method, state: 'off', findings: [] })),
  );
});
