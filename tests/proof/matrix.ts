import { serviceNames, services } from '../../src/apps/services.ts';
import { quoteItems } from '../../src/contracts/http/catalog.ts';
import { getJwks, logIn } from '../../src/contracts/http/identity.ts';
import { getAvailability, receiveStock } from '../../src/contracts/http/inventory.ts';
import {
  dispatchOrder,
  getOrder,
  getOrderForPayment,
  getOrderForShipping,
  placeOrder,
} from '../../src/contracts/http/ordering.ts';
import { payOrder, takeCallback } from '../../src/contracts/http/payment.ts';
import { runtimeOperations } from '../../src/contracts/http/runtime.ts';
import {
  creditRefund,
  debitWallet,
  getWallet,
  grantOpeningBalance,
  resolveDebit,
} from '../../src/contracts/http/wallet.ts';
import type { Operation } from '../../src/contracts/operation.ts';

/**
 * Where a process can be made to die (docs/reliability.md, "Fail points"), as data: what services say and hear decides most of
 * it.
 */
export interface Death {
  readonly kind: 'commit' | 'publish' | 'acknowledge' | 'call' | 'provider';
  /** Whose process dies. */
  readonly service: string;
  readonly point: string;
  /** It dies at the n-th time, chosen by the seed from the least up to below the most. */
  readonly nth: readonly [least: number, most: number];
  /** The way there: nothing but customers; the recovery from another death; a publisher that lost its place; an empty store. */
  readonly by?: { readonly deathAt: string } | 'lost place' | 'empty store';
}

const often = [3, 25] as const;
const sometimes = [2, 8] as const;
const seldom = [1, 4] as const;
/** Reached by a start. */
export const once = [1, 2] as const;

/** With every order and payment; what the others write is an operator's or somebody's who registers. */
const busy = ['ordering', 'inventory', 'payment', 'wallet', 'notification'];

function nthOf(service: string): Death['nth'] {
  return busy.includes(service) ? often : seldom;
}

interface Interest {
  readonly consumer: string;
  readonly source: string;
}

/** Who hears something of whom. */
const interests: readonly Interest[] = services.flatMap((source) => {
  const said = new Set(source.says.map(({ type }) => type));
  return services
    .filter(({ hears }) => hears.some(({ contract }) => said.has(contract.type)))
    .map((consumer) => ({ consumer: consumer.name, source: source.name }));
});

function around(kind: Death['kind'], service: string, what: string, more: Partial<Death> = {}): Death[] {
  return (['before', 'after'] as const).map((side) => ({
    kind,
    service,
    point: `${service}.${side}-${what}`,
    nth: nthOf(service),
    ...more,
  }));
}

/** Every service writes. */
const commits = serviceNames.flatMap((service) => around('commit', service, 'commit'));

/** Over a broker alone. */
const publishings = [...new Set(interests.map(({ source }) => source))].flatMap((source) =>
  around('publish', source, 'publish'),
);
const acknowledgements = [...new Set(interests.map(({ consumer }) => consumer))].flatMap((consumer) =>
  around('acknowledge', consumer, 'acknowledge'),
);

interface Calls extends Pick<Death, 'nth' | 'by'> {
  readonly caller: string;
  readonly operation: Operation;
}

/**
 * Calls are in the midst of code, where no definition shows them: tests/proof/matrix.test.ts finds those that are missing here.
 */
const calls: readonly Calls[] = [
  { caller: 'catalog', operation: getAvailability, nth: seldom },
  { caller: 'ordering', operation: quoteItems, nth: often },
  { caller: 'payment', operation: getOrderForPayment, nth: seldom },
  { caller: 'payment', operation: getOrder, nth: sometimes },
  { caller: 'payment', operation: getWallet, nth: seldom },
  { caller: 'payment', operation: debitWallet, nth: often },
  { caller: 'payment', operation: creditRefund, nth: sometimes },
  { caller: 'payment', operation: resolveDebit, nth: once, by: { deathAt: 'payment.after-call.debitWallet' } },
  { caller: 'fulfillment', operation: getOrderForShipping, nth: seldom },
  { caller: 'fulfillment', operation: dispatchOrder, nth: seldom },
  { caller: 'gateway', operation: placeOrder, nth: sometimes },
  { caller: 'gateway', operation: payOrder, nth: sometimes },
  { caller: 'gateway', operation: takeCallback, nth: sometimes },
  { caller: 'gateway', operation: getJwks, nth: once },
  { caller: 'gateway', operation: runtimeOperations('ordering').history, nth: seldom },
  { caller: 'gateway', operation: runtimeOperations('ordering').auditChecks, nth: seldom },
  { caller: 'gateway', operation: runtimeOperations('ordering').auditFacts, nth: seldom },
  { caller: 'gateway', operation: runtimeOperations('ordering').unheard, nth: seldom },
  { caller: 'gateway', operation: runtimeOperations('ordering').listDeadLetters, nth: seldom },
  { caller: 'gateway', operation: getAvailability, nth: once },
  { caller: 'gateway', operation: logIn, nth: once, by: 'empty store' },
  { caller: 'gateway', operation: grantOpeningBalance, nth: once, by: 'empty store' },
  { caller: 'gateway', operation: receiveStock, nth: once, by: 'empty store' },
];

/** Asked by a publisher that finds nothing of where it was: of one consumer each. */
const lostPlaces: readonly Calls[] = [
  ...new Map(interests.map((interest) => [interest.source, interest])).values(),
].map(({ consumer, source }) => ({
  caller: source,
  operation: runtimeOperations(consumer).heard,
  nth: once,
  by: 'lost place',
}));

function deathsOf({ caller, operation, ...more }: Calls): Death[] {
  return around('call', caller, `call.${operation.name}`, more);
}

/**
 * What is outside of the platform: the method `balance` stands where other methods ask their providers, a dispatch where goods
 * leave.
 */
const providers: readonly Death[] = [
  ...around('provider', 'payment', 'debit'),
  ...around('provider', 'payment', 'credit', { nth: sometimes }),
  ...['open', 'refund'].flatMap((what) => around('provider', 'payment', what, { nth: sometimes })),
  ...around('provider', 'fulfillment', 'dispatch', { nth: seldom }),
  ...around('provider', 'notification', 'send'),
];

/** Where one process holds everything and messages never leave it. */
export const deathsInProcess: readonly Death[] = [...commits, ...calls.flatMap(deathsOf), ...providers];

/** Over RabbitMQ. */
export const deathsOverRabbit: readonly Death[] = [
  ...commits,
  ...publishings,
  ...acknowledgements,
  ...[...calls, ...lostPlaces].flatMap(deathsOf),
  ...providers,
];
