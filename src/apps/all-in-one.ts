import { catalog } from '#services/catalog/service.ts';
import { identity } from '#services/identity/service.ts';
import { inventory } from '#services/inventory/service.ts';
import { notification } from '#services/notification/service.ts';
import { ordering } from '#services/ordering/service.ts';
import { payment } from '#services/payment/service.ts';
import { wallet } from '#services/wallet/service.ts';
import { openDemoShop } from './demo-shop.ts';
import { type Environment, type Platform, type PlatformOptions, startPlatform } from './platform.ts';

/** Everything in one process: the picture of docs/architecture.md as code. The gateway looks over them all. */
export const services = [identity, catalog, ordering, inventory, payment, wallet, notification];

export async function startAllInOne(
  environment: Environment,
  options: Pick<PlatformOptions, 'time'> = {},
): Promise<Platform> {
  const platform = await startPlatform({ services, environment, ...options });
  await openDemoShop(platform, environment);
  return platform;
}
