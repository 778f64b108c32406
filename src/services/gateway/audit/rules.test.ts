import { describe, expect, test } from 'vitest';
import type { Said } from '#contracts/audit.ts';
import { judge, type Knowledge } from './rules.ts';

const [boundMs, now, long, lately] = [1_000, 100_000, 10_000, 99_500];

/** What a service said, each for a reason of its own. */
function said(service: string, ...names: readonly string[]): Said {
  return names.map((name, index) => ({ type: `${service}.${name}`, atMs: long, cause: `${service}/${index}` }));
}

const attempt = { id: 'att_1', method: 'balance', status: 'SUCCEEDED', amount: 500, refunding: 0 };
const refund = { id: 'rfd_1', status: 'SUCCEEDED', amount: 500, returned: 500 };
const paid = { id: 'jnl_1', kind: 'payment', attemptId: 'att_1', amount: 500, atMs: long } as const;
const returned = { ...paid, id: 'jnl_2', kind: 'refund' } as const;
const opening = ['order-created', 'reserve-stock', 'order-pending'] as const;

type Facts<Service extends keyof Knowledge> = Exclude<Knowledge[Service], undefined | string>;
type Changes = {
  readonly [Service in 'ordering' | 'inventory' | 'payment' | 'wallet' | 'fulfillment']?: Partial<
    Facts<Service>
  > | null;
};

const confirmed = {
  orderId: 'ord_1',
  ordering: {
    orderId: 'ord_1',
    status: 'CONFIRMED',
    total: 500,
    paid: 500,
    refundRequested: 0,
    refunded: 0,
    settledByHand: 0,
    changedAtMs: long,
    said: said('ordering', ...opening, 'order-paid', 'reduce-stock', 'order-confirmed'),
  },
  inventory: {
    orderId: 'ord_1',
    status: 'REDUCED',
    changedAtMs: long,
    said: said('inventory', 'stock-reserved', 'stock-reduced'),
  },
  payment: {
    orderId: 'ord_1',
    status: 'SUCCEEDED',
    due: 500,
    captured: 500,
    refunded: 0,
    changedAtMs: long,
    said: said('payment', 'payment-captured', 'payment-success'),
    attempts: [attempt],
    refunds: [],
  },
  wallet: { orderId: 'ord_1', journals: [paid] },
  fulfillment: {
    orderId: 'ord_1',
    status: 'CREATED',
    changedAtMs: long,
    said: said('fulfillment', 'shipment-created'),
  },
} satisfies Knowledge;

/** The order with other facts; null where a service knows nothing of it. */
function but(changes: Changes, whole: Knowledge = confirmed): Knowledge {
  const merged = Object.entries(changes).map(([service, facts]) => [
    service,
    facts === null ? undefined : { ...(whole[service as keyof Changes] as object), ...facts },
  ]);
  return { ...whole, ...Object.fromEntries(merged) };
}

const cancelled = but({
  ordering: {
    status: 'CANCELLED',
    refundRequested: 500,
    refunded: 500,
    said: said(
      'ordering',
      ...opening,
      'order-paid',
      'reduce-stock',
      'order-cancelled',
      'refund-requested',
      'return-stock',
    ),
  },
  inventory: { status: 'RETURNED' },
  payment: {
    refunded: 500,
    said: said('payment', 'payment-captured', 'payment-success', 'refund-succeeded'),
    attempts: [{ ...attempt, refunding: 500 }],
    refunds: [refund],
  },
  wallet: { journals: [paid, returned] },
  fulfillment: { status: 'CANCELLED' },
});

const pending = but({
  ordering: { status: 'PENDING', paid: 0, said: said('ordering', ...opening) },
  inventory: { status: 'HELD', said: said('inventory', 'stock-reserved') },
  payment: { status: 'DUE', captured: 0, said: [], attempts: [] },
  wallet: null,
  fulfillment: null,
});

const failed = but(
  {
    ordering: {
      status: 'FAILED',
      said: said('ordering', 'order-created', 'reserve-stock', 'order-failed', 'release-stock'),
    },
    inventory: { status: 'REFUSED', said: said('inventory', 'stock-reserve-failed') },
    payment: { status: 'CLOSED', said: said('payment', 'payment-closed') },
  },
  pending,
);

const expired = but(
  {
    ordering: { status: 'CANCELLED', said: said('ordering', ...opening, 'order-cancelled', 'release-stock') },
    inventory: { status: 'RELEASED', said: said('inventory', 'stock-reserved', 'stock-released') },
    payment: { status: 'CLOSED', said: said('payment', 'payment-closed') },
    fulfillment: { orderId: 'ord_1', status: 'CANCELLED', changedAtMs: long, said: [] },
  },
  pending,
);

/** Money that came after the payment was sealed, and went back by itself: ordering never heard that it was paid. */
const late = but(
  {
    ordering: { refunded: 500 },
    payment: {
      captured: 500,
      refunded: 500,
      said: said('payment', 'payment-closed', 'payment-captured', 'refund-succeeded'),
      attempts: [{ ...attempt, refunding: 500 }],
      refunds: [refund],
    },
    wallet: { orderId: 'ord_1', journals: [paid, returned] },
  },
  expired,
);

/** Its refund failed at payment, and a person gave the money back by other means. */
const byHand = but(
  {
    ordering: { settledByHand: 500 },
    payment: {
      refunded: 0,
      said: said('payment', 'payment-captured', 'payment-success', 'refund-failed'),
      attempts: [attempt],
      refunds: [{ ...refund, status: 'FAILED', returned: 0 }],
    },
    wallet: { journals: [paid] },
  },
  cancelled,
);

const free = but({
  ordering: { total: 0, paid: 0 },
  payment: { due: 0, captured: 0, said: said('payment', 'payment-success'), attempts: [] },
  wallet: null,
});

function namesOf(knowledge: Knowledge): string[] {
  return judge(knowledge, { now, boundMs }).map(({ invariant, detail }) => `${invariant} ${detail}`);
}

describe('nothing is named of an order', () => {
  test.each([
    ['confirmed', confirmed],
    ['paid, cancelled and given back', cancelled],
    ['payable', pending],
    ['failed', failed],
    ['cancelled unpaid', expired],
    ['cancelled, with money that came late and went back', late],
    ['with nothing to pay', free],
    ['cancelled, and given back by hand', byHand],
    [
      'shipped and booked back in',
      but({
        ordering: {
          status: 'SHIPPED',
          said: [...confirmed.ordering.said, ...said('ordering', 'order-shipped')].map((one, index) => ({
            ...one,
            cause: `c/${index}`,
          })),
        },
        inventory: { status: 'RETURNED' },
        fulfillment: { status: 'SHIPPED', said: said('fulfillment', 'shipment-created', 'shipment-shipped') },
      }),
    ],
    ['in a platform that ships nothing', { ...confirmed, fulfillment: 'not here' as const }],
    ['whose goods are lost and which is not paid yet', but({ inventory: { status: 'LOST' } }, pending)],
    ['refunded twice by the same timer', twiceRefunded()],
  ])('%s', (_, knowledge) => {
    expect(namesOf(knowledge)).toEqual([]);
  });
});

function twiceRefunded(): Knowledge {
  const parts = [200, 300].map((amount, index) => ({ ...refund, id: `rfd_${index}`, amount, returned: amount }));
  const timer = { type: 'payment.refund-succeeded', atMs: long, cause: 'timer/carry-out-refunds' };
  return but(
    {
      payment: {
        said: [...said('payment', 'payment-captured', 'payment-success'), timer, timer],
        refunds: parts,
      },
      wallet: { journals: [paid, ...parts.map(({ amount, id }) => ({ ...returned, id, amount }))] },
    },
    cancelled,
  );
}

/** What is wrong for good, and named at once or once the bound is over. */
const wrong: readonly (readonly [name: string, knowledge: Knowledge])[] = [
  ['I2 attempt att_1 captured 500, its journal has nothing', but({ wallet: null })],
  ['I2 attempt att_1 captured 500, its journal has 499', but({ wallet: { journals: [{ ...paid, amount: 499 }] } })],
  [
    'I2 journal jnl_1 has no succeeded attempt att_1, nor a reversal',
    but({ wallet: { orderId: 'ord_1', journals: [paid] } }, pending),
  ],
  [
    'I2 600 went back of 500 from att_1',
    but({ wallet: { journals: [paid, { ...returned, amount: 600 }] } }, cancelled),
  ],
  ['I2 payment refunded 500, the ledger 0', but({ wallet: { journals: [paid] } }, cancelled)],
  ['I3 CONFIRMED without a payment', but({ payment: null })],
  ['I4 captured 500, its attempts sum to 0', but({ payment: { attempts: [] } })],
  ['I4 refunded 501 of 500 captured', but({ payment: { refunded: 501 } }, cancelled)],
  ['I4 refunded 500, its refunds gave back 0', but({ payment: { refunds: [] } }, cancelled)],
  [
    'I4 refunds take 501 of the 500 of attempt att_1',
    but({ payment: { attempts: [{ ...attempt, refunding: 501 }] } }, cancelled),
  ],
  [
    'I4 refund rfd_1 is SUCCEEDED with 400 of 500 given back',
    but({ payment: { refunds: [{ ...refund, returned: 400 }] } }, cancelled),
  ],
  ['I4 the order has 501 paid, 500 was captured', but({ ordering: { paid: 501 } })],
  [
    'I5 ordering.order-confirmed was said 2 times',
    but({ ordering: { said: [...confirmed.ordering.said, ...confirmed.ordering.said.slice(-1)] } }),
  ],
  [
    'I5 inventory.stock-reduced was said twice because of inventory/1',
    but({ inventory: { said: [...confirmed.inventory.said, ...confirmed.inventory.said.slice(-1)] } }),
  ],
  [
    'I5 1 succeeded, payment.payment-captured was said 0 times',
    but({ payment: { said: said('payment', 'payment-success') } }),
  ],
  [
    'I5 1 succeeded, payment.refund-succeeded was said 0 times',
    but({ payment: { said: said('payment', 'payment-captured', 'payment-success') } }, cancelled),
  ],
  ['I6 CONFIRMED without a reservation', but({ inventory: null })],
  [
    'I6 deducted, and released as well',
    but({ inventory: { said: said('inventory', 'stock-reserved', 'stock-reduced', 'stock-released') } }),
  ],
  ['I6 deducted, and LOST as well', but({ inventory: { status: 'LOST' } })],
  ['I6 released, and REDUCED as well', but({ inventory: { status: 'REDUCED' } }, expired)],
  ['I7 OrderPending after nothing', but({ ordering: { said: said('ordering', 'order-pending') } }, pending)],
  [
    'I7 OrderPaid after OrderCancelled',
    but(
      { ordering: { said: said('ordering', ...opening, 'order-cancelled', 'release-stock', 'order-paid') } },
      expired,
    ),
  ],
  [
    'I7 OrderShipped after OrderPaid',
    but({ ordering: { said: said('ordering', ...opening, 'order-paid', 'order-shipped') } }),
  ],
  ['I8 SHIPPED, but OrderConfirmed was said last', but({ ordering: { status: 'SHIPPED' } })],
  [
    'I8 ordering.order-paid was said, but not ordering.reduce-stock',
    but({ ordering: { said: said('ordering', ...opening, 'order-paid', 'order-confirmed') } }),
  ],
  [
    'I8 500 is asked back, but ordering.refund-requested was not said',
    but(
      { ordering: { said: said('ordering', ...opening, 'order-paid', 'order-cancelled', 'return-stock') } },
      cancelled,
    ),
  ],
  ['I8 the payment is DUE, payment.payment-success was said', but({ payment: { status: 'DUE' } })],
  ['I8 the payment is CLOSED, payment.payment-closed was not said', but({ payment: { said: [] } }, expired)],
  ['I8 the reservation is HELD, stock-reserved was not said', but({ inventory: { said: [] } }, pending)],
  [
    'I8 the reservation is REFUSED, stock-reserved was said',
    but({ inventory: { said: said('inventory', 'stock-reserved', 'stock-reserve-failed') } }, failed),
  ],
  [
    'I5 fulfillment.shipment-created was said 2 times',
    but({ fulfillment: { said: said('fulfillment', 'shipment-created', 'shipment-created') } }),
  ],
  ['I8 the shipment is CREATED, created was not said', but({ fulfillment: { said: [] } })],
  [
    'I8 the shipment is CANCELLED, shipped was said',
    but({ fulfillment: { said: said('fulfillment', 'shipment-created', 'shipment-shipped') } }, cancelled),
  ],
];

/** What may be under way, and is wrong only once everybody has had the time of the bound. */
const slow: readonly (readonly [name: string, knowledge: Knowledge])[] = [
  [
    'I3 paid, and neither confirmed nor cancelled',
    but({ ordering: { status: 'PAID', said: said('ordering', ...opening, 'order-paid', 'reduce-stock') } }),
  ],
  [
    'I3 CANCELLED, and 500 of what was captured is not given back',
    but({ payment: { refunded: 0, attempts: [attempt], refunds: [] } }, cancelled),
  ],
  ['I3 the payment succeeded and the order is PENDING', but({ ordering: pending.ordering ?? null })],
  ['I3 CONFIRMED with 400 captured of 500', but({ payment: { captured: 400 } })],
  ['I4 500 is kept of 400 due', but({ payment: { due: 400 } })],
  ['I4 the order has 0 refunded, payment 500', but({ ordering: { refunded: 0 } }, cancelled)],
  ['I3 CANCELLED, and 100 of what was captured is not given back', but({ ordering: { settledByHand: 400 } }, byHand)],
  ['I6 the order is CONFIRMED, its reservation HELD', but({ inventory: pending.inventory ?? null })],
  ['I6 the order is CANCELLED, its reservation REDUCED', but({ inventory: confirmed.inventory }, cancelled)],
  ['I6 a reservation HELD of an order that does not exist', but({ ordering: null }, pending)],
  ['I8 a payment of an order that does not exist', but({ ordering: null }, pending)],
  ['I8 payment has not heard of the order', but({ payment: null }, pending)],
  ['I8 inventory has not heard of the order', but({ inventory: null }, failed)],
  ['I7 the order is CONFIRMED, its shipment SHIPPED', but({ fulfillment: { status: 'SHIPPED' } })],
  ['I7 the order is CANCELLED, its shipment DELIVERED', but({ fulfillment: { status: 'DELIVERED' } }, cancelled)],
  ['I7 the order is SHIPPED, its shipment CREATED', but({ ordering: { status: 'SHIPPED' } })],
  [
    'I7 the order is COMPLETED, its shipment was never created',
    but({ ordering: { status: 'COMPLETED' }, fulfillment: null }),
  ],
  ['I8 fulfillment has not heard that the order is CONFIRMED', but({ fulfillment: null })],
  ['I8 fulfillment has not heard that the order is CANCELLED', but({ fulfillment: null }, expired)],
  ['I8 the order is CANCELLED, its shipment still CREATED', but({ fulfillment: { status: 'CREATED' } }, cancelled)],
  ['I8 a shipment of an order that does not exist', but({ ordering: null })],
];

describe('it is named', () => {
  test.each([...wrong, ...slow])('%s', (name, knowledge) => {
    expect(namesOf(knowledge)).toContain(name);
    for (const violation of judge(knowledge, { now, boundMs })) expect(violation.orderId).toBe('ord_1');
  });
});

describe('it is not named while it is under way', () => {
  test.each(slow)('%s', (name, knowledge) => {
    const { ordering, inventory, payment, fulfillment } = knowledge;
    const moving = but(
      {
        ...(ordering && { ordering: { changedAtMs: lately } }),
        ...(inventory && { inventory: { changedAtMs: lately } }),
        ...(payment && { payment: { changedAtMs: lately } }),
        ...(fulfillment && { fulfillment: { changedAtMs: lately } }),
      },
      knowledge,
    );
    expect(namesOf(moving)).not.toContain(name);
  });

  test('a journal whose attempt is not concluded, and a refund that payment has not heard of', () => {
    const taken = but({ wallet: { orderId: 'ord_1', journals: [{ ...paid, atMs: lately }] } }, pending);
    expect(namesOf(taken)).toEqual([]);
    const given = but({ wallet: { journals: [paid, { ...returned, atMs: lately }] } });
    expect(namesOf(given)).toEqual([]);
  });

  test('a capture through a provider that the wallet has not heard of', () => {
    const captured = but({
      payment: { attempts: [{ ...attempt, method: 'wechat' }], changedAtMs: lately },
      wallet: null,
    });
    expect(namesOf(captured)).toEqual([]);
  });
});
