import { logIn } from '#contracts/http/identity.ts';
import { getAvailability, receiveStock } from '#contracts/http/inventory.ts';
import { grantOpeningBalance } from '#contracts/http/wallet.ts';
import type { Host } from '#runtime/host/host.ts';
import type { Means } from '#runtime/host/service-node.ts';
import type { Context } from '#runtime/service.ts';
import { demoStock } from '#services/catalog/service.ts';
import { demoAccounts } from '#services/identity/service.ts';
import type { Closings } from './closings.ts';
import { type Composition, gatewayName } from './services.ts';
import type { PlatformSettings } from './settings.ts';

const pocketMoney = { amount: 1_000_000, currency: 'CNY' };
const retryMs = 1_000;

/**
 * Opens the demo shop, by the process that the gateway runs in. Where other processes have to do with it this goes on behind
 * the start, until they are all there.
 */
export async function keepDemoShop(
  process: {
    readonly settings: PlatformSettings;
    readonly composition: Composition;
    readonly means: Means;
    readonly closings: Closings;
    readonly life: { unfinished?: string };
  },
  host: Host,
): Promise<void> {
  const { settings, composition, means, closings, life } = process;
  const gateway = host.nodes.get(gatewayName)?.context;
  if (!settings.demo || !gateway) return;
  if (!composition.isSplit) return openDemoShop(gateway);
  const stopping = new AbortController();
  life.unfinished = 'the demo shop is being opened';
  const opening = openInTheEnd(gateway, means, stopping.signal).then(() => {
    delete life.unfinished;
  });
  closings.add(async () => {
    stopping.abort();
    await opening;
  });
}

async function openInTheEnd(gateway: Context, { scheduler }: Means, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      return await openDemoShop(gateway);
    } catch (error) {
      gateway.log.info({ err: error }, 'the demo shop cannot be opened yet; trying again');
      await scheduler.wait(retryMs, signal);
    }
  }
}

/**
 * Money into the shopper's wallet, then goods on the shelves, through contracts like everybody else. Each is done once, by
 * whichever process comes first; where there are goods, the money was there before.
 */
async function openDemoShop(gateway: Context): Promise<void> {
  const origin = gateway.timer('demo');
  const skus = demoStock.map(({ sku }) => sku);
  const { data } = (await gateway.call(getAvailability, { body: { skus } }, origin)).body;
  if (data.some(({ available }) => available > 0)) return;
  const { email, password } = demoAccounts.shopper;
  const { user } = (await gateway.call(logIn, { body: { email, password } }, origin)).body;
  const money = { userId: user.id, amount: pocketMoney, reference: 'demo' };
  await gateway.call(grantOpeningBalance, { body: money }, origin);
  await gateway.call(receiveStock, { body: { reference: 'demo', lines: [...demoStock] } }, origin);
}
