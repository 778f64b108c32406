import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSettings } from '#runtime/settings/settings.ts';
import { cardSettings, cardSettingsFrom } from './settings.ts';

const right = {
  STRIPE_SECRET_KEY: 'sk_test_51HqLyjWDarjtT1zdp7dc',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_51HqLyjWDarjtT1zdp7dc',
  STRIPE_WEBHOOK_SECRET: 'whsec_wRNftLajMZNeslQOP6vEPm4iVx5NlZ6z',
};
const read = (environment: Readonly<Record<string, string>>) =>
  cardSettingsFrom(readSettings(cardSettings, environment));
const messageOf = (environment: Readonly<Record<string, string>>): string => {
  try {
    read(environment);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return '';
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'suanpan-keys-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the settings of cards', () => {
  test('are none where nothing is set: then there are no cards', () => {
    expect(read({})).toBeUndefined();
  });

  test('are Stripe itself, once the three keys are there', () => {
    expect(read(right)).toEqual({
      ...{ secretKey: right.STRIPE_SECRET_KEY, publishableKey: right.STRIPE_PUBLISHABLE_KEY },
      ...{ webhookSecrets: [right.STRIPE_WEBHOOK_SECRET], apiUrl: 'https://api.stripe.com' },
      ...{ notifyUrl: undefined, timeoutMs: 20_000 },
    });
  });

  test('read a key from a file, without the end of its line', () => {
    const path = join(folder, 'secret');
    writeFileSync(path, `${right.STRIPE_SECRET_KEY}\n`);
    expect(read({ ...right, STRIPE_SECRET_KEY: path })?.secretKey).toBe(right.STRIPE_SECRET_KEY);
  });

  test('take two signing secrets while a merchant rolls them', () => {
    const rolled = read({ ...right, STRIPE_WEBHOOK_SECRET: `${right.STRIPE_WEBHOOK_SECRET}, whsec_theNewOne123` });
    expect(rolled?.webhookSecrets).toEqual([right.STRIPE_WEBHOOK_SECRET, 'whsec_theNewOne123']);
  });

  test.each(Object.keys(right))('without %s say that it is missing', (name) => {
    const rest = Object.fromEntries(Object.entries(right).filter(([other]) => other !== name));
    expect(messageOf(rest)).toContain(`missing: ${name}`);
  });

  test.each([
    ['STRIPE_SECRET_KEY', 'pk_test_51HqLyjWDarjtT1zdp7dc', 'found a publishable key'],
    ['STRIPE_SECRET_KEY', 'whsec_wRNftLajMZNeslQOP6vEPm4iVx5NlZ6z', 'found a webhook signing secret'],
    ['STRIPE_SECRET_KEY', 'sk_test_51Hq LyjWDarjtT1zdp7dc', 'expected a secret key'],
    ['STRIPE_SECRET_KEY', '-----BEGIN PRIVATE KEY-----\nMIIE', 'found a PEM file'],
    ['STRIPE_SECRET_KEY', '/nowhere/51HqLyjWDarjtT1zdp7dc', 'cannot be read (ENOENT)'],
    ['STRIPE_PUBLISHABLE_KEY', 'sk_test_51HqLyjWDarjtT1zdp7dc', 'found a secret key'],
    ['STRIPE_WEBHOOK_SECRET', 'we_1HqLyjWDarjtT1zdp7dc', 'found the id of an object'],
    ['STRIPE_WEBHOOK_SECRET', 'wRNftLajMZNeslQOP6vEPm4iVx5NlZ6z', 'expected a webhook signing secret'],
    ['STRIPE_API_URL', 'http://api.stripe.com', 'expected https'],
    ['STRIPE_API_URL', 'https://api.stripe.com/v1', 'without a path'],
    ['STRIPE_API_URL', 'api.stripe.com', 'expected a URL'],
    ['STRIPE_NOTIFY_URL', 'http://shop.example/callback', 'expected https'],
  ])('with %s=%s say what is wrong (%s), and never the key', (name, value, said) => {
    const message = messageOf({ ...right, [name]: value });
    expect(message).toContain(name);
    expect(message).toContain(said);
    for (const secret of ['51Hq', 'wRNf', 'MIIE']) expect(message).not.toContain(secret);
  });

  test('of two modes are refused: the buyer’s page would not find what the server opened', () => {
    const message = messageOf({ ...right, STRIPE_PUBLISHABLE_KEY: 'pk_live_51HqLyjWDarjtT1zdp7dc' });
    expect(message).toContain('live mode');
    expect(message).not.toContain('51Hq');
  });

  test.each(['http://127.0.0.1:4010', 'http://localhost:4010'])('let %s be asked, for trying', (url) => {
    expect(read({ ...right, STRIPE_API_URL: url })?.apiUrl).toBe(url);
  });
});
