import type { ActionStep } from '#contracts/http/operator.ts';
import type { RehearsedAct } from '#contracts/http/runtime-insight.ts';
import { fromWire, inWords, type WireMoney } from '#kernel/money.ts';

/** One service's part in an act. */
export interface Part {
  readonly service: string;
  readonly act: RehearsedAct;
}

type Data = Readonly<Record<string, unknown>>;
type Consequence = (data: Data) => readonly ActionStep[];

/** Tables whose status people know, by what a row of them is called. */
const nouns: Readonly<Record<string, string>> = {
  orders: 'order',
  refunds: 'refund',
  shipments: 'shipment',
  payments: 'payment',
  attempts: 'attempt',
};

/** What comes of a message at those who hear it (docs/messages.md). */
const consequences: Readonly<Record<string, Consequence>> = {
  'ordering.order-cancelled': () => [
    step('payment', 'state', 'payment.close', 'Payment closes what is still open of the payment'),
    step('fulfillment', 'state', 'shipment.cancel', 'Fulfillment cancels the shipment, if there is one'),
    notice('OrderCancelled', 'that the order was cancelled'),
  ],
  'ordering.order-failed': () => [
    step('payment', 'state', 'payment.close', 'Payment closes the payment'),
    notice('OrderFailed', 'that the order could not be placed'),
  ],
  'ordering.release-stock': () => [
    step('inventory', 'stock', 'stock.release', 'Inventory ends the reservation: the goods are on sale again'),
  ],
  'ordering.return-stock': () => [
    step('inventory', 'stock', 'stock.return', 'Inventory reverses the sale: the goods are on sale again'),
  ],
  'ordering.refund-requested': ({ amount, refundId }) => {
    const much = amount === null ? 'all that was captured' : inWords(fromWire(amount as WireMoney));
    const back = `Payment gives back ${much}, to where it came from`;
    return [
      step('payment', 'money', 'money.refund', back, { amount, refundId }),
      notice('RefundSucceeded', 'when it is back'),
    ];
  },
  'ordering.refund-decided': ({ verdict }) => [notice('RefundDecided', `that the refund was ${verdict}`, { verdict })],
  'ordering.refund-settled': ({ amount }) => [
    step('ordering', 'money', 'money.settled', 'The amount counts as given back by hand', { amount }),
    notice('RefundSettled', 'that the refund was given back'),
  ],
  'ordering.order-shipped': () => [notice('OrderShipped', 'that the goods are on their way')],
  'ordering.order-completed': () => [notice('OrderCompleted', 'that the order is complete')],
};

/** What an act would do, in words: rows that change, what follows from what is said, whom it asks. */
export function stepsOf(parts: readonly Part[]): ActionStep[] {
  return parts.flatMap(({ service, act }) => [
    ...act.changes.flatMap((change) => stateStep(service, change)),
    ...act.says.flatMap(({ type, data }) => consequences[type]?.(data as Data) ?? [said(service, type, data)]),
    ...act.asks.map(({ whom, what }) => step(service, 'call', 'asks', `Asks ${whom} ${what}`, { whom, what })),
  ]);
}

/** What it changes at payment is no state that people know: the refund has failed until it is back. */
export function carryOnSteps(): ActionStep[] {
  const text = 'Payment asks what became of what is not back yet, and where nothing did, for it again';
  return [step('payment', 'money', 'money.carry_on', text), notice('RefundSucceeded', 'when it is back')];
}

/** Of the runtime's own: a message that was set aside. */
export function retrySteps(service: string, type: string): ActionStep[] {
  const text = `${service} handles ${type} anew, with all its attempts before it; what waits behind it follows`;
  return [step(service, 'message', 'message.retry', text, { type })];
}

export function trailStep(service: string): ActionStep {
  return step(service, 'trail', 'trail', 'It is put on the audit trail, with who did it and why');
}

function stateStep(service: string, { table, key, before, after }: RehearsedAct['changes'][number]): ActionStep[] {
  const noun = nouns[table];
  const [from, to] = [statusIn(before), statusIn(after)];
  if (noun === undefined || to === undefined || from === to) return [];
  const text = from === undefined ? `A ${noun} is made: ${to}` : `The ${noun} is ${to} instead of ${from}`;
  return [step(service, 'state', `${noun}.status`, text, { id: key, from: from ?? null, to })];
}

function statusIn(row: unknown): string | undefined {
  const { status } = (row ?? {}) as { readonly status?: unknown };
  return typeof status === 'string' ? status : undefined;
}

function said(service: string, type: string, data: unknown): ActionStep {
  return step(service, 'message', 'message', `${service} says ${type}`, { type, data });
}

function notice(type: string, what: string, facts: Data = {}): ActionStep {
  return step('notification', 'notice', `notice.${type}`, `The buyer is told ${what}`, { type, ...facts });
}

function step(service: string, kind: ActionStep['kind'], code: string, text: string, facts: Data = {}): ActionStep {
  return { service, kind, code, text, facts: { ...facts } };
}
