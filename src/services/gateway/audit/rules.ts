import type { Violation } from '#contracts/audit.ts';
import {
  everybodyHasHeard,
  orderSaysWhatItIs,
  paymentSaysWhatItIs,
  saidOnce,
  stockSaysWhatItIs,
  transitionsAreLegal,
} from './rules/messages.ts';
import { figuresAgree, moneyHasItsJournal, nothingBeyondDue, paidOrdersEnd } from './rules/money.ts';
import type { Bounds, Knowledge, Rule } from './rules/rule.ts';
import { goodsLeaveWithTheirOrder, shipmentSaysWhatItIs, shipmentsFollow } from './rules/shipping.ts';
import { reservationsEnd, reservationsEndOnce } from './rules/stock.ts';

export type { Bounds, Knowledge } from './rules/rule.ts';

/** What an audit holds an order to; the services check the rest of the invariants over their own rows. */
const rules: readonly Rule[] = [
  moneyHasItsJournal,
  paidOrdersEnd,
  nothingBeyondDue,
  figuresAgree,
  saidOnce,
  reservationsEnd,
  reservationsEndOnce,
  transitionsAreLegal,
  orderSaysWhatItIs,
  paymentSaysWhatItIs,
  stockSaysWhatItIs,
  everybodyHasHeard,
  goodsLeaveWithTheirOrder,
  shipmentsFollow,
  shipmentSaysWhatItIs,
];

/** Everything that does not fit together about one order. Pure: what is only late is judged by the bounds. */
export function judge(knowledge: Knowledge, bounds: Bounds): Violation[] {
  return rules.flatMap((rule) => rule(knowledge, bounds).map((found) => ({ ...found, orderId: knowledge.orderId })));
}
