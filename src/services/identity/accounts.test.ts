import { describe, expect, it } from 'vitest';
import { demoAccounts, demoAccountsBy } from './accounts.ts';

describe('the accounts that a demo tells of', () => {
  const none = { adminEmail: undefined, adminPassword: undefined };
  const own = { adminEmail: 'chief@example.com', adminPassword: 'a secret of their own' };
  const by = (settings: object) => demoAccountsBy(settings as Parameters<typeof demoAccountsBy>[0]);

  it('are none where it is no demo', () => {
    expect(by({ demo: false, ...none })).toEqual([]);
    expect(by({ demo: false, ...own })).toEqual([]);
  });

  it('are a shopper and an administrator', () => {
    expect(by({ demo: true, ...none })).toEqual([demoAccounts.shopper, demoAccounts.administrator]);
  });

  it('never are those of a shop with an administrator of its own', () => {
    expect(by({ demo: true, ...own })).toEqual([demoAccounts.shopper]);
  });
});
