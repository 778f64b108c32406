import { readFileSync } from 'node:fs';
import {
  duration,
  optionalText,
  type Setting,
  SettingsError,
  type SettingsOf,
  text,
} from '#runtime/settings/settings.ts';

/** Stripe, as `cardProvider` needs it. */
export interface CardSettings {
  /** `sk_…`, or a restricted `rk_…`. */
  readonly secretKey: string;
  /** `pk_…`, for the buyer's page. */
  readonly publishableKey: string;
  /** `whsec_…`; two while a merchant rolls it. */
  readonly webhookSecrets: readonly string[];
  /** `https://api.stripe.com`, without a path. */
  readonly apiUrl: string;
  /** Where Stripe shall call, as it is registered there; only `check` looks at it. */
  readonly notifyUrl: string | undefined;
  /** At most this long for one request, whatever the deadline. */
  readonly timeoutMs: number;
}

/** A key is given itself, or as the path of a file that holds it. Messages never repeat what was given. */
function secretText(name: string, help: string, check: (value: string) => void): Setting<string | undefined> {
  return {
    ...optionalText(name, `${help}; itself, or the path of a file that holds it`, { secret: true }),
    parse(given) {
      const value = /^(\/|\.\.?\/|file:)/.test(given) ? contentOf(given) : given.trim();
      if (/^-----BEGIN /.test(value)) throw new Error('expected a key of Stripe, found a PEM file');
      check(value);
      return value;
    },
  };
}

function contentOf(path: string): string {
  try {
    return readFileSync(path.startsWith('file:') ? new URL(path) : path, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`the file that it names cannot be read (${code ?? 'not a path'})`);
  }
}

/** What a key looks like, by its beginning, for those who put one where another belongs. */
const kinds: readonly (readonly [RegExp, string])[] = [
  [/^sk_/, 'a secret key (sk_…)'],
  [/^rk_/, 'a restricted key (rk_…)'],
  [/^pk_/, 'a publishable key (pk_…)'],
  [/^whsec_/, 'a webhook signing secret (whsec_…)'],
  [/^(pi|ch|cus|acct|we)_/, 'the id of an object'],
];

function expectKey(form: RegExp, expected: string): (value: string) => void {
  return (value) => {
    if (form.test(value)) return;
    const found = kinds.find(([beginning]) => beginning.test(value))?.[1];
    throw new Error(`expected ${expected}${found ? `, found ${found} or a part of it` : ''}`);
  };
}

const secretKeyForm = /^[sr]k_(test|live)_[A-Za-z0-9]{10,}$/;
const publishableKeyForm = /^pk_(test|live)_[A-Za-z0-9]{10,}$/;

const stripePublishableKey: Setting<string | undefined> = {
  ...optionalText('STRIPE_PUBLISHABLE_KEY', 'Stripe: the publishable key (pk_…), shown to buyers’ browsers'),
  parse(given) {
    expectKey(publishableKeyForm, 'a publishable key, pk_live_… or pk_test_…')(given.trim());
    return given.trim();
  },
  // A secret key put here by mistake is not to be shown with the error.
  secret: true,
};

const stripeWebhookSecrets: Setting<readonly string[] | undefined> = {
  ...optionalText(
    'STRIPE_WEBHOOK_SECRET',
    'Stripe: the signing secret of the webhook (whsec_…), two by a comma while it is rolled',
    {
      secret: true,
    },
  ),
  parse(given) {
    const one = secretText('', '', expectKey(/^whsec_[A-Za-z0-9+/=_]{8,}$/, 'a webhook signing secret, whsec_…'));
    return given.split(',').map((part) => one.parse(part.trim()) ?? '');
  },
};

/** Plain http is for a simulator on this machine only. */
export function safeUrl(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !['https:', 'http:'].includes(url.protocol) || url.username !== '') {
    throw new Error('expected a URL such as https://api.stripe.com');
  }
  if (url.protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)) {
    throw new Error('expected https; http is for this machine only');
  }
  return url;
}

const stripeApiUrl: Setting<string> = {
  ...text('STRIPE_API_URL', 'https://api.stripe.com', 'Stripe’s host; a simulator’s for trying'),
  parse(given) {
    const url = safeUrl(given);
    if (url.pathname !== '/' || url.search !== '') throw new Error('expected a host without a path');
    return url.origin;
  },
};

const stripeNotifyUrl: Setting<string | undefined> = {
  ...optionalText(
    'STRIPE_NOTIFY_URL',
    'The URL of this shop that is registered as webhook at Stripe, for `payment check`',
  ),
  parse: (given) => safeUrl(given).href,
};

export const cardSettings = {
  stripeSecretKey: secretText(
    'STRIPE_SECRET_KEY',
    'Stripe: the secret key (sk_…) or a restricted one (rk_…)',
    expectKey(secretKeyForm, 'a secret key, sk_live_… or sk_test_… (or rk_…)'),
  ),
  stripePublishableKey,
  stripeWebhookSecrets,
  stripeApiUrl,
  stripeNotifyUrl,
  stripeTimeoutMs: duration('STRIPE_TIMEOUT', '20s', 'Stripe: at most this long for one request'),
};

/** What is needed, once all of it is there and of one mode; undefined where cards are not set up at all. */
export function cardSettingsFrom(values: SettingsOf<typeof cardSettings>): CardSettings | undefined {
  const { stripeSecretKey: secretKey, stripePublishableKey: publishableKey, stripeWebhookSecrets } = values;
  const needed = {
    STRIPE_SECRET_KEY: secretKey,
    STRIPE_PUBLISHABLE_KEY: publishableKey,
    STRIPE_WEBHOOK_SECRET: stripeWebhookSecrets,
  };
  const missing = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length === Object.keys(needed).length) return undefined;
  if (!secretKey || !publishableKey || !stripeWebhookSecrets) {
    throw new SettingsError(`cards are set up in part only; missing: ${missing.join(', ')}`);
  }
  if (isLive(secretKey) !== isLive(publishableKey)) {
    throw new SettingsError(
      'STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY: one is for live mode, the other for test mode',
    );
  }
  return {
    ...{ secretKey, publishableKey, webhookSecrets: stripeWebhookSecrets, apiUrl: values.stripeApiUrl },
    ...{ notifyUrl: values.stripeNotifyUrl, timeoutMs: values.stripeTimeoutMs },
  };
}

/** Whether a key is of live mode: real money. */
export const isLive = (key: string): boolean => key.includes('_live_');
