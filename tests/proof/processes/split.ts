import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { logIn } from '../../../src/contracts/http/identity.ts';
import { getOrder, placeOrder } from '../../../src/contracts/http/ordering.ts';
import { payOrder } from '../../../src/contracts/http/payment.ts';
import { type Client, makeClient } from '../../../src/runtime/http/client.ts';
import { demoAccounts } from '../../../src/services/identity/service.ts';
import { eventually } from '../../support/eventually.ts';
import { uniqueName } from '../../support/postgres.ts';
import type { Person } from '../../support/shop.ts';
import { expectStatus, orderOf } from '../../support/trade.ts';
import type { Command } from './command.ts';
import type { DataDir } from './data-dir.ts';

/** `up --split` on a folder of its own, and the demo's shopper who buys there. */

const tea = { sku: 'TEA-LJ-100' };
export function environmentOf(dataDir: DataDir) {
  return {
    ...{ PORT: '0', SERVICE_PORT: '0', INTERNAL_PORT: '0', DATA_DIR: dataDir.path },
    ...{ RATE_LIMIT: 'off', LOG_LEVEL: 'warn', AUDIT_BOUND: '500ms' },
  };
}

/** Somebody of the demo's, at an address. */
export async function enter(
  url: string,
  who: keyof typeof demoAccounts,
): Promise<Pick<Person, 'ask'> & Pick<Client, 'close'>> {
  const client = makeClient({ baseUrl: url });
  const { email, password } = demoAccounts[who];
  const { accessToken } = expectStatus(await client.request(logIn, { body: { email, password } }), 200);
  return {
    close: () => client.close(),
    ask: (asked, input = {}, options = {}) => {
      const key = asked.idempotencyKey === 'required' ? { idempotencyKey: uniqueName('key') } : {};
      return client.request(asked, { ...key, ...input }, { token: accessToken, ...options });
    },
  };
}

/** Places an order, whoever is just coming back, and waits until it can be paid. */
export async function orderIn(shopper: Pick<Person, 'ask'>): Promise<string> {
  const idempotencyKey = uniqueName('key');
  const { id } = await eventually(async () => {
    const reply = await shopper.ask(placeOrder, { body: orderOf([[tea, 1]]), idempotencyKey });
    expect([201, 202]).toContain(reply.status);
    return reply.body as { readonly id: string };
  });
  await eventually(async () =>
    expect(await shopper.ask(getOrder, { params: { id } })).toMatchObject({ body: { status: 'PENDING' } }),
  );
  return id;
}

export async function payAndConfirm(shopper: Pick<Person, 'ask'>, orderId: string): Promise<void> {
  expectStatus(await shopper.ask(payOrder, { body: { orderId, method: 'balance' } }), 201);
  await eventually(async () =>
    expect(await shopper.ask(getOrder, { params: { id: orderId } })).toMatchObject({ body: { status: 'CONFIRMED' } }),
  );
}

/** The address of the API, once it is up. */
export async function urlOfApi(command: Command): Promise<string> {
  const [, url = ''] = await command.says(/^\s+API\s+(http:\S+)[\s\S]+Ctrl-C/m);
  return url;
}

/** The processes of its table by name. */
export function processesOf(up: Command): ReadonlyMap<string, number> {
  const rows = up.stdout().matchAll(/^ {4}(\S+) +(\d+) +\d+ {2}\d+$/gm);
  return new Map([...rows].map(([, name = '', pid]) => [name, Number(pid)]));
}

export async function brokerOf({ path }: DataDir): Promise<number> {
  return Number.parseInt(await readFile(join(path, 'rabbitmq', 'broker.pid'), 'utf8'), 10);
}
