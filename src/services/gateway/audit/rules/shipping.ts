import type { ShipmentFacts } from '#contracts/audit.ts';
import { countsOf, type Found, isLate, type Rule } from './rule.ts';

/** Statuses in which the goods are gone: of a shipment, and of an order. */
const left: ReadonlySet<string> = new Set(['SHIPPED', 'DELIVERED']);
const leftFor: ReadonlySet<string> = new Set(['SHIPPED', 'COMPLETED']);

/** I7: goods leave with their order and never without it: which of the two comes first is decided in the order. */
export const goodsLeaveWithTheirOrder: Rule = ({ ordering, fulfillment }, bounds) => {
  if (!ordering || fulfillment === 'not here') return [];
  const isMoving = fulfillment && !isLate(fulfillment.changedAtMs, bounds);
  if (isMoving || !isLate(ordering.changedAtMs, bounds)) return [];
  const hasLeft = fulfillment !== undefined && left.has(fulfillment.status);
  if (hasLeft === leftFor.has(ordering.status)) return [];
  return [
    {
      invariant: 'I7',
      detail: `the order is ${ordering.status}, its shipment ${fulfillment?.status ?? 'was never created'}`,
    },
  ];
};

/** I8: fulfillment has heard what became of the order. */
export const shipmentsFollow: Rule = ({ ordering, fulfillment }, bounds) => {
  if (fulfillment === 'not here') return [];
  if (!ordering) {
    if (!fulfillment || !isLate(fulfillment.changedAtMs, bounds)) return [];
    return [{ invariant: 'I8', detail: 'a shipment of an order that does not exist' }];
  }
  if (!isLate(ordering.changedAtMs, bounds)) return [];
  const { status } = ordering;
  if (!fulfillment) {
    const isMissing = status === 'CONFIRMED' || status === 'CANCELLED';
    return isMissing ? [{ invariant: 'I8', detail: `fulfillment has not heard that the order is ${status}` }] : [];
  }
  const couldLeave = fulfillment.status === 'CREATED' || fulfillment.status === 'DISPATCHING';
  if (status !== 'CANCELLED' || !couldLeave || !isLate(fulfillment.changedAtMs, bounds)) return [];
  return [{ invariant: 'I8', detail: `the order is CANCELLED, its shipment still ${fulfillment.status}` }];
};

/** What must and what may not have been said of a shipment, by its status. */
const words: Readonly<Record<string, { readonly said: readonly string[]; readonly unsaid: readonly string[] }>> = {
  CREATED: { said: ['created'], unsaid: ['shipped', 'delivered'] },
  DISPATCHING: { said: ['created'], unsaid: ['shipped', 'delivered'] },
  SHIPPED: { said: ['created', 'shipped'], unsaid: ['delivered'] },
  DELIVERED: { said: ['created', 'shipped', 'delivered'], unsaid: [] },
  CANCELLED: { said: [], unsaid: ['shipped', 'delivered'] },
};

export const shipmentSaysWhatItIs: Rule = ({ fulfillment }) => {
  if (!fulfillment || fulfillment === 'not here') return [];
  return wordsOf(fulfillment).map((detail): Found => ({ invariant: 'I8', detail }));
};

function wordsOf({ status, said: messages }: ShipmentFacts): string[] {
  const counts = countsOf(messages);
  const { said = [], unsaid = [] } = words[status] ?? {};
  const wasSaid = (word: string): boolean => counts.has(`fulfillment.shipment-${word}`);
  return [
    ...said.filter((word) => !wasSaid(word)).map((word) => `the shipment is ${status}, ${word} was not said`),
    ...unsaid.filter(wasSaid).map((word) => `the shipment is ${status}, ${word} was said`),
  ];
}
