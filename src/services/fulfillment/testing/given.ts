import { expect } from 'vitest';
import type { MessageContract } from '#contracts/message.ts';
import { OrderCancelled } from '#contracts/messages/ordering/order-cancelled.v1.ts';
import { OrderConfirmed } from '#contracts/messages/ordering/order-confirmed.v1.ts';
import { OrderShipped } from '#contracts/messages/ordering/order-shipped.v1.ts';
import type { Decision } from '#runtime/batch/decider.ts';
import { type Ask, ask, deliver, messageOf, numbered, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import {
  type AskToShip,
  askToShip,
  concludeDispatch,
  deliverShipment,
  type FulfillmentTables,
  type Shipment,
  type Verdict,
} from '../domain.ts';
import { onOrderCancelled, onOrderConfirmed, onOrderShipped } from '../handlers.ts';
import { tables } from '../store.ts';

type Tables = FulfillmentTables;

export const orderId = 'ord_tea';
export const order = { orderId, userId: 'usr_ann', number: '20261120-000007' };
const total = { amount: 100, currency: 'CNY' };

const heard = (contract: MessageContract, data: object): Ask<Tables> =>
  deliver([onOrderConfirmed, onOrderShipped, onOrderCancelled], messageOf(contract, { ...order, total, ...data }));

export const confirmed = heard(OrderConfirmed, {});
export const orderShipped = heard(OrderShipped, { carrier: 'SF', trackingNumber: '1' });
export const cancelled = heard(OrderCancelled, { reason: 'cancelled_by_buyer' });
export const asks = (changes: Partial<AskToShip> = {}): Ask<Tables> =>
  ask(askToShip, { orderId, carrier: 'SF', trackingNumber: '1', ...changes });
export const concluded = (verdict: Verdict): Ask<Tables> => ask(concludeDispatch, { orderId, verdict });
export const delivered: Ask<Tables> = ask(deliverShipment, { orderId });

export function rehearse(): Rehearsal<Tables> {
  return new Rehearsal<Tables>(tables);
}

/** What went before; each ask is a batch of its own, at the time of its number in milliseconds. */
export function given(...before: Ask<Tables>[]) {
  const rehearsal = rehearse();
  return {
    async when(...all: Ask<Tables>[]) {
      await rehearsal.inTurn(before);
      const saidBefore = rehearsal.said.length;
      const decisions = await rehearsal.inTurn(all, numbered(before.length));
      return {
        says: (...names: string[]) => expect(namesOf(rehearsal).slice(saidBefore)).toEqual(names),
        is: (changes: Partial<Shipment>) => expect(rehearsal.row('shipments', orderId)).toMatchObject(changes),
        isNothing: () => expect(rehearsal.rows('shipments')).toEqual([]),
        /** Answers, codes of refusals, or how a message was set aside. */
        answered: (...answers: unknown[]) => expect(decisions.map(toldOf)).toEqual(answers),
        trails: decisions.flatMap(({ trail }) => trail ?? []),
      };
    },
  };
}

/** `shipment-created` and the like, in order. */
export function namesOf(rehearsal: Rehearsal<Tables>): string[] {
  return rehearsal.said.map(({ contract }) => contract.type.replace('fulfillment.', ''));
}

function toldOf({ answer, refuse, setAside }: Decision<Tables, unknown>): unknown {
  return refuse?.code ?? setAside?.as ?? answer;
}
