import { readSettings, SettingsError, type SettingsTable } from '#runtime/settings/settings.ts';
import type { ProviderMethod } from '../domain/methods.ts';
import { alipaySettings } from './alipay/settings.ts';
import { cardSettings } from './card/settings.ts';
import { type Means, makers, methods } from './methods.ts';
import type { Finding } from './provider.ts';
import { wechatSettings } from './wechat/settings.ts';

/** What is found of one method before a customer finds it. */
export interface CheckedMethod {
  readonly method: ProviderMethod;
  /** `off`: none of its settings is set, and it is not offered. */
  readonly state: 'off' | 'checked';
  readonly findings: readonly Finding[];
}

const tables: Readonly<Record<ProviderMethod, SettingsTable>> = {
  wechat: wechatSettings,
  alipay: alipaySettings,
  card: cardSettings,
};

const patienceMs = 20_000;

/** Looks at the settings of each method, and asks the provider for something harmless. Nothing of a key is in what it says. */
export function checkMethods(
  environment: Readonly<Record<string, string | undefined>>,
  means: Means,
): Promise<readonly CheckedMethod[]> {
  return Promise.all(methods.map((method) => checkMethod(method, environment, means)));
}

async function checkMethod(
  method: ProviderMethod,
  environment: Readonly<Record<string, string | undefined>>,
  means: Means,
): Promise<CheckedMethod> {
  try {
    const values = readSettings(tables[method], environment) as Parameters<(typeof makers)[typeof method]>[0];
    const provider = makers[method](values, means);
    if (!provider) return { method, state: 'off', findings: [] };
    const findings = await provider.check({ deadline: means.clock.now() + patienceMs });
    return { method, state: 'checked', findings };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const findings = error.message.split('\n').map((advice) => ({ what: 'settings', ok: false, advice }));
    return { method, state: 'checked', findings };
  }
}
