import type { Service } from '#runtime/service.ts';
import { SettingsError } from '#runtime/settings/settings.ts';
import { catalog } from '#services/catalog/service.ts';
import { fulfillment } from '#services/fulfillment/service.ts';
import { gatewayOver } from '#services/gateway/service.ts';
import { identity } from '#services/identity/service.ts';
import { inventory } from '#services/inventory/service.ts';
import { notification } from '#services/notification/service.ts';
import { ordering } from '#services/ordering/service.ts';
import { payment } from '#services/payment/service.ts';
import { wallet } from '#services/wallet/service.ts';

/** The picture of docs/architecture.md as code. The gateway looks over them all. */
export const services: readonly Service[] = [
  identity,
  catalog,
  ordering,
  inventory,
  payment,
  wallet,
  fulfillment,
  notification,
];

export const gatewayName = 'gateway';

/** What can be run: the gateway first, which is where requests come in. */
export const serviceNames: readonly string[] = [gatewayName, ...services.map(({ name }) => name)];

/** Which services the platform has, and where they run as one of its processes sees it. */
export interface Composition {
  /** All of the platform but the gateway. */
  readonly all: readonly Service[];
  /** In this process. */
  readonly here: readonly Service[];
  /** In others, and asked from here. The gateway is never among them: it asks and is not asked. */
  readonly elsewhere: readonly Service[];
  readonly isGatewayHere: boolean;
  /** Some of the platform runs in other processes, the gateway included. */
  readonly isSplit: boolean;
}

/** @throws SettingsError naming what there is, where a name is unknown or not enabled */
export function compose(options: {
  readonly available: readonly Service[];
  /** Names of what the platform has; all that is available by default. The gateway is always there. */
  readonly enabled?: readonly string[] | undefined;
  /** Names of what runs in this process; all of it by default. */
  readonly run?: readonly string[] | undefined;
}): Composition {
  const { available, enabled, run } = options;
  if (enabled) refuseUnknown('SERVICES: ', enabled, [gatewayName, ...available.map(({ name }) => name)]);
  const all = available.filter(({ name }) => !enabled || enabled.includes(name));
  const names = [gatewayName, ...all.map(({ name }) => name)];
  if (run) refuseUnknown('', run, names);
  const runsHere = (name: string): boolean => !run || run.includes(name);
  const isGatewayHere = runsHere(gatewayName);
  const own = all.filter(({ name }) => runsHere(name));
  return {
    all,
    here: isGatewayHere ? [gatewayOver(all.map(({ name }) => name)), ...own] : own,
    elsewhere: all.filter(({ name }) => !runsHere(name)),
    isGatewayHere,
    isSplit: names.some((name) => !runsHere(name)),
  };
}

function refuseUnknown(where: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new SettingsError(`${where}there is no service ${JSON.stringify(unknown)}; there are ${known.join(', ')}`);
}
