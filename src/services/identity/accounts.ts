import { ProblemError } from '#kernel/problem.ts';
import type { Context as ContextOf } from '#runtime/service.ts';
import { SettingsError } from '#runtime/settings/settings.ts';
import { grantRole, normaliseEmail, registerUser } from './domain.ts';
import { hashPassword } from './passwords.ts';
import type { identitySettings } from './settings.ts';
import { findUserByEmail } from './store.ts';

type Context = ContextOf<typeof identitySettings>;

interface Account {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly roles: readonly string[];
}

/**
 * Whom `DEMO=1` lets in: passwords that everybody knows, so for demonstrations only. The administrator's gives way to
 * ADMIN_EMAIL.
 */
export const demoAccounts = {
  shopper: { email: 'shopper@demo.suanpan.dev', password: 'abacus-shopper', name: 'Lin Xiaohe', roles: [] },
  administrator: { email: 'admin@demo.suanpan.dev', password: 'abacus-admin', name: 'Demo Admin', roles: ['admin'] },
} as const satisfies Readonly<Record<string, Account>>;

/** Makes the accounts that the settings ask for and that are not there yet. @throws SettingsError */
export async function openAccounts(context: Context): Promise<void> {
  for (const account of wantedAccounts(context)) await openAccount(context, account);
}

/** Those of them that there are by these settings. */
export function demoAccountsBy({ adminEmail, adminPassword, demo }: Context['settings']): readonly Account[] {
  if (!demo) return [];
  const { shopper, administrator } = demoAccounts;
  return adminEmail === undefined && adminPassword === undefined ? [shopper, administrator] : [shopper];
}

function wantedAccounts({ settings }: Context): readonly Account[] {
  const { adminEmail, adminPassword } = settings;
  const demo = demoAccountsBy(settings);
  if (adminEmail === undefined && adminPassword === undefined) return demo;
  if (adminEmail === undefined) throw new SettingsError('ADMIN_PASSWORD is set, but ADMIN_EMAIL is not');
  if (adminPassword === undefined) throw new SettingsError('ADMIN_EMAIL is set, but ADMIN_PASSWORD is not');
  if (!/^[^\s@]+@[^\s@]+$/.test(adminEmail) || adminEmail.length > 254) {
    throw new SettingsError(`ADMIN_EMAIL: ${JSON.stringify(adminEmail)} is not an e-mail address`);
  }
  const length = [...adminPassword].length;
  if (length < 8 || length > 128) throw new SettingsError('ADMIN_PASSWORD: expected 8 to 128 characters');
  return [...demo, { email: adminEmail, password: adminPassword, name: 'Administrator', roles: ['admin'] }];
}

async function openAccount(context: Context, account: Account): Promise<void> {
  const { database, ids, log } = context;
  const email = normaliseEmail(account.email);
  const origin = context.timer('open-accounts');
  const existing = await findUserByEmail(database, email);
  if (existing) {
    for (const role of account.roles) {
      const { answer: granted } = await context.write(grantRole, { email, role }, origin);
      if (granted) log.info({ userId: existing.id, role }, 'an account that was there got a role; its password stays');
    }
    return;
  }
  const { name, roles } = account;
  const passwordHash = await hashPassword(account.password);
  const user = { id: ids.next('user'), email, name, passwordHash, roles, language: origin.language };
  try {
    await context.write(registerUser, { user }, origin);
    log.info({ userId: user.id, roles }, 'an account was opened');
  } catch (error) {
    // Another instance that starts at the same time was faster.
    if (!(error instanceof ProblemError && error.problem.code === 'email_taken')) throw error;
  }
}
