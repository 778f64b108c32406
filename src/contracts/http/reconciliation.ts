import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, list, Money, Page, SignedMoney, Timestamp, text } from '../schema.ts';

const Provider = Type.Union([Type.Literal('wechat'), Type.Literal('alipay'), Type.Literal('card')]);
/** A day of the provider's own calendar: China's for wechat and alipay, UTC for card. */
const Day = Type.String({ format: 'date' });
const ReconciliationId = Type.String({ pattern: '^rec_(wechat|alipay|card)_\\d{8}$' });
const DifferenceId = Type.String({ pattern: '^dif_[0-9a-f]{32}$' });

const ReconciliationStatus = Type.Union([
  Type.Literal('WAITING'),
  Type.Literal('CHECKING'),
  Type.Literal('BALANCED'),
  Type.Literal('DIFFERENT'),
]);

/**
 * A provider's bill of a day against our books. WAITING: the bill is not there, `failure` says why and `nextTryAt` when it is
 * asked for next; DIFFERENT: it has differences that nobody has resolved. `fees` were journalled.
 */
export const Reconciliation = closed({
  id: ReconciliationId,
  provider: Provider,
  day: Day,
  status: ReconciliationStatus,
  source: Type.Union([Type.Literal('FETCHED'), Type.Literal('UPLOADED'), Type.Null()]),
  lines: Type.Integer(),
  openDifferences: Type.Integer(),
  fees: Type.Array(SignedMoney),
  failure: Type.Union([closed({ why: Type.String(), detail: Type.String() }), Type.Null()]),
  checkedAt: Type.Union([Timestamp, Type.Null()]),
  nextTryAt: Type.Union([Timestamp, Type.Null()]),
});
export type Reconciliation = Type.Static<typeof Reconciliation>;

const DifferenceKind = Type.Union([
  Type.Literal('callback_missing'),
  Type.Literal('unknown'),
  Type.Literal('amount'),
  Type.Literal('duplicate'),
  Type.Literal('fee'),
  Type.Literal('refund_unknown'),
  Type.Literal('refund_missing'),
  Type.Literal('payment_missing'),
  Type.Literal('ledger'),
]);
const DifferenceStatus = Type.Union([Type.Literal('OPEN'), Type.Literal('RESOLVED')]);

/**
 * One thing that a bill and our books do not agree about (docs/payments.md has the kinds). `line` is the provider's, as it stood;
 * `evidence.ours` what we have under the number, `evidence.ledger` what was journalled for it.
 */
export const Difference = closed({
  id: DifferenceId,
  reconciliationId: ReconciliationId,
  provider: Provider,
  day: Day,
  kind: DifferenceKind,
  status: DifferenceStatus,
  number: Type.Union([Type.String(), Type.Null()]),
  orderId: Type.Union([Type.String(), Type.Null()]),
  line: Type.Union([Type.String(), Type.Null()]),
  evidence: closed({
    ours: Type.Union([
      closed({
        attemptId: Type.String(),
        refundId: Type.Union([Type.String(), Type.Null()]),
        orderId: Type.String(),
        status: Type.String(),
        amount: Money,
      }),
      Type.Null(),
    ]),
    billed: Type.Union([closed({ amount: Money, fee: Type.Integer() }), Type.Null()]),
    expectedFee: Type.Union([Type.Integer(), Type.Null()]),
    ledger: Type.Union([Type.Array(closed({ causeKey: Type.String(), amount: Type.Integer() })), Type.Null()]),
  }),
  foundAt: Timestamp,
  /** By `query` of the provider, since the `bill` or our books have it otherwise by now, or by a person, who says why. */
  resolution: Type.Union([
    closed({
      how: Type.Union([Type.Literal('query'), Type.Literal('bill'), Type.Literal('person')]),
      by: Type.Union([Type.String(), Type.Null()]),
      reason: Type.Union([Type.String(), Type.Null()]),
      at: Timestamp,
    }),
    Type.Null(),
  ]),
});
export type Difference = Type.Static<typeof Difference>;

const own = { service: 'payment', access: 'operator' } as const;
const reconcilingAnswers = { 200: Reconciliation, 202: Reconciliation };

/** Fetches the provider's bill and checks it; again is the same again. 202: it takes longer than the request may, and goes on. */
export const reconcile = operation({
  ...own,
  name: 'reconcile',
  summary: "Reconcile a day with a provider's bill",
  method: 'POST',
  path: '/v1/admin/reconciliations',
  body: closed({ provider: Provider, day: Day }),
  answers: reconcilingAnswers,
  problems: ['method_not_available', 'bill_unavailable', 'validation_failed'],
});

const billBytesMax = 10 * 1024 * 1024;

/**
 * The same with a file that a person has downloaded, as its bytes: at most 10 MiB of them. WeChat Pay's may be packed with gzip,
 * Alipay's is the archive as it comes.
 */
export const uploadBill = operation({
  service: 'gateway',
  access: 'operator',
  name: 'uploadBill',
  summary: "Reconcile a day with a bill's file",
  method: 'POST',
  path: '/v1/admin/reconciliations/upload',
  query: closed({ provider: Provider, day: Day }),
  answers: reconcilingAnswers,
  problems: ['method_not_available', 'bill_unavailable', 'payload_too_large', 'validation_failed'],
  raw: true,
  bodyBytesMax: billBytesMax,
});

/** The file that came to the gateway, in base64. */
export const reconcileFile = operation({
  service: 'payment',
  name: 'reconcileFile',
  summary: "Reconcile a day with a bill's file",
  method: 'POST',
  path: '/internal/payment/bills',
  access: 'service',
  body: closed({ provider: Provider, day: Day, file: Type.String() }),
  answers: reconcilingAnswers,
  problems: ['method_not_available', 'bill_unavailable', 'validation_failed'],
  // Base64 makes four of three.
  bodyBytesMax: Math.ceil(billBytesMax / 3) * 4 + 1024,
});

export const listReconciliations = operation({
  ...own,
  name: 'listReconciliations',
  summary: 'Reconciliations, the newest day first',
  method: 'GET',
  path: '/v1/admin/reconciliations',
  query: closed({ provider: Type.Optional(Provider), status: Type.Optional(ReconciliationStatus), ...Page }),
  answers: { 200: list(Reconciliation) },
});

export const getReconciliation = operation({
  ...own,
  name: 'getReconciliation',
  summary: 'The reconciliation of a day',
  method: 'GET',
  path: '/v1/admin/reconciliations/{id}',
  params: closed({ id: ReconciliationId }),
  answers: { 200: Reconciliation },
  problems: ['not_found'],
});

export const listDifferences = operation({
  ...own,
  name: 'listDifferences',
  summary: "Differences between providers' bills and our books",
  method: 'GET',
  path: '/v1/admin/reconciliations/differences',
  query: closed({
    reconciliationId: Type.Optional(ReconciliationId),
    provider: Type.Optional(Provider),
    status: Type.Optional(DifferenceStatus),
    kind: Type.Optional(DifferenceKind),
    ...Page,
  }),
  answers: { 200: list(Difference) },
});

/** A person has looked into it, and settled it here or at the provider. Checking again does not open it again. */
export const resolveDifference = operation({
  ...own,
  name: 'resolveDifference',
  summary: 'Resolve a difference',
  method: 'POST',
  path: '/v1/admin/reconciliations/differences/{id}/resolve',
  params: closed({ id: DifferenceId }),
  body: closed({ reason: text(1, 500) }),
  answers: { 200: Difference },
  problems: ['not_found', 'conflict'],
});
