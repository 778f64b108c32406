import fc from 'fast-check';
import { playedForgeries } from '../../../simulators/port/callbacks.ts';
import { choices, type Trade } from './trade.ts';

/** One thing that somebody does, or that goes wrong; `index` is taken modulo what there is. */
const index = fc.nat({ max: 60 });
const does = <const Name extends string>(name: Name) => fc.constant(name);
const method = fc.constantFrom('wechat', 'alipay', 'card');

/** Where the process may be killed. */
const points = [
  ...['ordering', 'inventory', 'payment', 'wallet'].flatMap((name) => [
    `${name}.before-commit`,
    `${name}.after-commit`,
  ]),
  ...['debit', 'credit', 'open', 'query', 'close', 'refund'].flatMap((name) => [
    `payment.before-${name}`,
    `payment.after-${name}`,
  ]),
  ...['getOrder', 'getOrderForPayment', 'debitWallet', 'resolveDebit', 'creditRefund'].flatMap((name) => [
    `payment.before-call.${name}`,
    `payment.after-call.${name}`,
  ]),
] as const;

const weighted = {
  place: [2, { quantity: fc.integer({ min: 1, max: 2 }) }],
  deliver: [10, { index }],
  /** The post is quick for once. */
  deliverAll: [7, {}],
  redeliver: [2, { index }],
  choose: [9, { index, which: fc.nat({ max: choices.length - 1 }), isRepeat: fc.boolean() }],
  scan: [2, { index }],
  pay: [8, { index }],
  decline: [2, { index }],
  giveUp: [2, { index }],
  comeBack: [2, { index }],
  cancel: [1, { index, isBuyer: fc.boolean() }],
  wantBack: [3, { index, amount: fc.constantFrom(null, 100, 300, 900), isBuyer: fc.boolean() }],
  ship: [2, { index }],
  person: [1, {}],
  call: [7, { index, how: fc.constantFrom('once', 'once', 'again', 'never') }],
  forge: [1, { index, forgery: fc.constantFrom(...playedForgeries) }],
  mishap: [3, { method, how: fc.constantFrom('not applied', 'applied', 'applied later') }],
  refuse: [2, { method, what: fc.constantFrom('open', 'refund') }],
  settleRefunds: [1, { method }],
  die: [4, { point: fc.constantFrom(...points), nth: fc.integer({ min: 1, max: 2 }) }],
  wait: [4, { seconds: fc.constantFrom(1, 3, 3, 30, 30, 120, 600, 1_500) }],
} as const;

type Fields<T> = { readonly [Name in keyof T]: T[Name] extends fc.Arbitrary<infer Value> ? Value : never };
export type Step = {
  [Name in keyof typeof weighted]: { readonly does: Name } & Fields<(typeof weighted)[Name][1]>;
}[keyof typeof weighted];

const step = fc.oneof(
  ...Object.entries(weighted).map(([name, [weight, fields]]) => ({
    weight,
    arbitrary: fc.record({ does: does(name), ...fields }),
  })),
) as unknown as fc.Arbitrary<Step>;

/** An order that can be paid comes first: without one there is little that could happen. */
export const sequences = fc
  .array(step, { minLength: 1, maxLength: 70, size: 'max' })
  .map((steps): readonly Step[] => [{ does: 'place', quantity: 1 }, { does: 'deliverAll' }, ...steps]);
/** The order in which the post delivers at the end. */
export const orders = fc.array(index, { minLength: 1, maxLength: 10 });

export async function take(trade: Trade, next: Step): Promise<void> {
  trade.story.push(`# ${JSON.stringify(next)}`);
  const { house, providers, orderIds } = trade;
  const orderId = 'index' in next ? orderIds[next.index % Math.max(1, orderIds.length)] : undefined;
  const charges = 'index' in next ? trade.charges() : [];
  const charge = 'index' in next ? charges[next.index % Math.max(1, charges.length)] : undefined;
  switch (next.does) {
    case 'place':
      return trade.place(next.quantity);
    case 'deliver':
      return house.deliver(next.index);
    case 'deliverAll':
      return trade.deliverAll();
    case 'redeliver':
      return house.redeliver(next.index);
    case 'choose':
      return orderId === undefined ? undefined : trade.choose(orderId, next.which, next.isRepeat);
    case 'scan':
    case 'decline':
      if (charge) providers[charge.method][next.does](charge.number);
      return;
    case 'pay':
      if (charge) trade.story.push(`paid: ${providers[charge.method].pay(charge.number)} ${charge.number}`);
      return;
    case 'giveUp':
    case 'comeBack':
    case 'ship':
      return orderId === undefined ? undefined : trade[next.does](orderId);
    case 'cancel':
      return orderId === undefined ? undefined : trade.cancel(orderId, next.isBuyer);
    case 'wantBack':
      return orderId === undefined ? undefined : trade.wantBack(orderId, next.amount, next.isBuyer);
    case 'person':
      return trade.decide();
    case 'call':
      return trade.call(next.index, next.how);
    case 'forge':
      return trade.forge(next.index, next.forgery);
    case 'mishap':
      return providers[next.method].failNext(next.how);
    case 'refuse':
      return providers[next.method].refuseNext(next.what);
    case 'settleRefunds':
      return providers[next.method].settleRefunds();
    case 'die':
      return house.dieAt(next.point, next.nth);
    case 'wait':
      return trade.pass(next.seconds * 1_000);
  }
}
