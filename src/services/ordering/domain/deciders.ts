import { type ProblemCode, problem } from '#kernel/problem.ts';
import { type Decider, type Decision, type MessageDecider, type Moment, nothing } from '#runtime/batch/decider.ts';
import type { Keys, State } from '#runtime/batch/workset.ts';
import { timersOf } from './moving.ts';
import type { Order, OrderingTables, Refund } from './order.ts';
import type { Outcome, Signal } from './signals.ts';
import { step } from './transitions.ts';

type Tables = OrderingTables;

/** The rule for a message about an order. What contradicts the order's state is parked for a person, never dropped. */
export function onOrder<Data extends { readonly orderId: string }>(
  signalOf: (data: Data) => Signal,
): MessageDecider<Tables, Data> {
  return {
    needs: ({ data }) => ({ orders: [data.orderId] }),
    needsThen: ({ data }, state) => openRefundsOf(state.orders.get(data.orderId)),
    decide(state, { type, data }, moment) {
      const order = state.orders.get(data.orderId);
      if (!order) return { setAside: { as: 'parked', reason: `there is no order ${data.orderId}` } };
      const outcome = step(order, signalOf(data), sceneOf(state, order, moment));
      if (outcome.kind === 'illegal') {
        return { setAside: { as: 'parked', reason: `${type} cannot happen to an order that is ${order.status}` } };
      }
      return decisionOf(order, outcome);
    },
  };
}

/** What a person does to an order. */
export interface Act {
  readonly orderId: string;
  /** Set where only the order's own buyer may: another's order is not found. */
  readonly userId?: string;
  readonly signal: Signal;
  /** The refusal where the order's status does not allow it. */
  readonly otherwise: ProblemCode;
  readonly trail?: { readonly action: string; readonly reason?: string };
}

export const actOnOrder: Decider<Tables, Act> = {
  name: 'ordering.act-on-order',
  needs: ({ orderId }) => ({ orders: [orderId] }),
  needsThen: ({ orderId }, state) => openRefundsOf(state.orders.get(orderId)),
  decide(state, { orderId, userId, signal, otherwise, trail }, moment) {
    const order = state.orders.get(orderId);
    if (!order || (userId !== undefined && order.userId !== userId)) return { refuse: problem('not_found') };
    const outcome = step(order, signal, sceneOf(state, order, moment));
    if (outcome.kind === 'illegal') return { refuse: problem(otherwise, `The order is ${order.status}.`) };
    // What changes nothing is no act: a repeat would be on the trail twice.
    const isAct = trail && outcome.kind === 'moved';
    return { ...decisionOf(order, outcome), ...(isAct ? { trail: { ...trail, object: orderId } } : {}) };
  },
};

/** Time has passed: the job names orders that looked due, and here it is looked at again. */
export const orderTimer: Decider<Tables, { readonly orderId: string }> = {
  name: 'ordering.order-timer',
  needs: ({ orderId }) => ({ orders: [orderId] }),
  decide(state, { orderId }, moment) {
    const order = state.orders.get(orderId);
    if (!order || order.timerAt === null || order.timerAt > moment.now) return nothing;
    return decisionOf(order, step(order, { kind: 'timeout' }, sceneOf(state, order, moment)));
  },
};

/** Refunds that may be superseded. */
function openRefundsOf(order: Order | undefined): Keys<Tables> {
  return order ? { refunds: order.openRefunds } : {};
}

export function sceneOf(state: State<Tables>, order: Order, moment: Moment) {
  return {
    moment,
    openRefunds: (): Refund[] => order.openRefunds.flatMap((id) => state.refunds.get(id) ?? []),
  };
}

export function decisionOf(before: Order, outcome: Outcome): Decision<Tables> {
  if (outcome.kind !== 'moved') return nothing;
  return {
    put: {
      ...(outcome.order ? { orders: [outcome.order], timers: timersOf(before, outcome.order) } : {}),
      ...(outcome.refunds ? { refunds: outcome.refunds } : {}),
    },
    say: outcome.say,
  };
}
