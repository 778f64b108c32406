import { logIn } from '#contracts/http/identity.ts';
import { receiveStock } from '#contracts/http/inventory.ts';
import { grantOpeningBalance } from '#contracts/http/wallet.ts';
import { readSettings } from '#runtime/settings/settings.ts';
import { demoStock } from '#services/catalog/service.ts';
import { demoAccounts } from '#services/identity/service.ts';
import type { Environment, Platform } from './platform.ts';
import { platformSettings } from './settings.ts';

const pocketMoney = { amount: 1_000_000, currency: 'CNY' };

/** Puts goods on the demo shop's shelves and money into its shopper's wallet, once; through contracts like everybody else. */
export async function openDemoShop({ host }: Platform, environment: Environment): Promise<void> {
  const { demo } = readSettings({ demo: platformSettings.demo }, environment);
  const gateway = host.nodes.get('gateway')?.context;
  if (!demo || !gateway) return;
  const origin = gateway.timer('demo');
  const { received } = (
    await gateway.call(receiveStock, { body: { reference: 'demo', lines: [...demoStock] } }, origin)
  ).body;
  if (!received) return;
  const { email, password } = demoAccounts.shopper;
  const { user } = (await gateway.call(logIn, { body: { email, password } }, origin)).body;
  await gateway.call(
    grantOpeningBalance,
    { body: { userId: user.id, amount: pocketMoney, reference: 'demo' } },
    origin,
  );
}
