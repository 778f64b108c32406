import {
  listCallbacks as listCallbacksOperation,
  takeCallback as takeCallbackOperation,
} from '#contracts/http/payment.ts';
import { fromTimestamp, toTimestamp } from '#kernel/clock.ts';
import { refuse } from '#kernel/problem.ts';
import { decodeCursor, encodeCursor, refuseCursor } from '#runtime/http/paging.ts';
import { answer, type Context, type Request } from '#runtime/service.ts';
import { countCallback } from '../callback-counter.ts';
import { isOurAmount, outcomeOf } from '../charges.ts';
import { type TakeCallback, takeCallback as takeCallbackDecider } from '../domain/callback.ts';
import type { ProviderMethod } from '../domain/methods.ts';
import { attemptOfNumber, refundOfNumber, type StoredCallback } from '../domain/model.ts';
import { providersOf } from '../providers/methods.ts';
import type { Callback, Provider, RawCallback, RefusedCallback, Reply } from '../providers/provider.ts';
import { findAttempt, findRefundPart, listCallbacks as readCallbacks } from '../reads.ts';
import { mayKeepUnsigned } from '../refusal-budget.ts';
import { recording } from '../settle.ts';

type CallbackRequest = Request<typeof takeCallbackOperation>;

/** Checked, kept with its effect in one commit, then acknowledged: nobody else is asked, so it is soon done. */
export const takeCallback = answer(takeCallbackOperation, async (request, context) => {
  const provider = providersOf(context)[methodOf(request)];
  if (!provider) refuse('not_found', 'This provider is not set up here.');
  const { path, headers, body } = request.body;
  const receivedAt = context.clock.now();
  const raw: RawCallback = { method: 'POST', path, headers, body: Buffer.from(body, 'base64'), receivedAt };
  return { status: 200, body: await replyTo(raw, provider, request, context) };
});

function methodOf({ params }: CallbackRequest): ProviderMethod {
  return params.provider === 'stripe' ? 'card' : params.provider;
}

async function replyTo(
  raw: RawCallback,
  provider: Provider,
  request: CallbackRequest,
  context: Context,
): Promise<Reply> {
  const callback = provider.readCallback(raw);
  if (callback.kind === 'refused' && isProbe(raw)) {
    countCallback(context, provider.method, 'probe');
    return provider.refusal;
  }
  if (callback.kind === 'refused' && unsigned.has(callback.why) && !mayKeepUnsigned(context)) {
    countCallback(context, provider.method, callback.why);
    return provider.refusal;
  }
  const { why, detail, isRefused, ...told } = await read(context, provider, callback);
  const id = why === null && callback.kind !== 'refused' ? callback.id : context.ids.next('request');
  const stored = {
    ...{ id: `${why === null ? provider.method : 'refused'}/${id}`, provider: provider.method, why, detail },
    ...{ receivedAt: raw.receivedAt, status: why === null ? 'TAKEN' : 'REFUSED', ...told.about, ...shownOf(raw) },
  } as const;
  await context.write(takeCallbackDecider, { callback: stored, effect: told.effect }, recording(request, context), {
    urgent: true,
  });
  countCallback(context, provider.method, why ?? 'taken');
  if (why !== null)
    context.log.warn({ provider: provider.method, callback: stored.id, why, detail }, 'a callback was refused');
  return isRefused ? provider.refusal : provider.acknowledgement;
}

/** Anybody can send these. */
const unsigned: ReadonlySet<RefusedCallback['why']> = new Set(['signature', 'stale', 'malformed']);

/** WeChat Pay tries whether signatures are looked at; it is no forgery, and nobody has to know. */
function isProbe({ headers }: RawCallback): boolean {
  return headers['wechatpay-signature']?.startsWith('WECHATPAY/SIGNTEST/') ?? false;
}

const bodyLengthMost = 16 * 1024;

function shownOf({ headers, body }: RawCallback): Pick<StoredCallback, 'headers' | 'body'> {
  const known = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  // PostgreSQL keeps no NUL.
  const text = Buffer.from(body).toString('utf8').slice(0, bodyLengthMost).replaceAll('\0', '\ufffd');
  return { headers: Object.fromEntries(known), body: text };
}

interface Told {
  readonly about: Pick<StoredCallback, 'number' | 'orderId'>;
  readonly effect: TakeCallback['effect'];
  readonly why: string | null;
  readonly detail: string | null;
  /** What is not ours is kept and acknowledged all the same: telling it again would help nobody. */
  readonly isRefused: boolean;
}

const nothing = { about: { number: null, orderId: null }, effect: null, why: null, detail: null, isRefused: false };

async function read(context: Context, provider: Provider, callback: Callback | RefusedCallback): Promise<Told> {
  switch (callback.kind) {
    case 'refused':
      return { ...nothing, why: callback.why, detail: callback.detail, isRefused: true };
    case 'other':
      return nothing;
    case 'charge':
      return ofCharge(context, provider, callback);
    case 'refund':
      return ofRefund(context, provider, callback);
  }
}

type Of<Kind extends Callback['kind']> = Extract<Callback, { readonly kind: Kind }>;

async function ofCharge(context: Context, { method }: Provider, { number, state }: Of<'charge'>): Promise<Told> {
  const attemptId = attemptOfNumber(number);
  const attempt = attemptId === undefined ? undefined : await findAttempt(context.database, attemptId);
  if (!attempt || attempt.method !== method) return unknownNumber(number);
  const about = { number, orderId: attempt.orderId };
  if (state.kind === 'paid' && !isOurAmount(attempt, state.amount)) return wrongAmount(about, attempt, state.amount);
  const { id, paymentId } = attempt;
  const command = { paymentId, attemptId: id, outcome: outcomeOf(context, attempt, state) };
  return { ...nothing, about, effect: { kind: 'charge', command } };
}

async function ofRefund(context: Context, { method }: Provider, { number, state }: Of<'refund'>): Promise<Told> {
  const [refundId, attemptId] = [refundOfNumber(number), attemptOfNumber(number)];
  const part = refundId && attemptId ? await findRefundPart(context.database, refundId, attemptId) : undefined;
  if (!refundId || !attemptId || part?.method !== method) return unknownNumber(number);
  const about = { number, orderId: part.orderId };
  const { paymentId } = part;
  if (state.kind === 'refunded' && !isOurAmount(part, state.amount)) return wrongAmount(about, part, state.amount);
  // Only that it is done is believed at once; all else the provider is asked about.
  const outcome = { kind: state.kind === 'refunded' ? ('succeeded' as const) : ('told' as const) };
  return { ...nothing, about, effect: { kind: 'refund', command: { refundId, paymentId, attemptId, outcome } } };
}

function unknownNumber(number: string): Told {
  const detail = 'no attempt and no refund of ours has this number';
  return { ...nothing, about: { number: number.slice(0, 100), orderId: null }, why: 'unknown', detail };
}

function wrongAmount(
  about: Told['about'],
  ours: { readonly amount: bigint; readonly currency: string },
  theirs: { readonly amount: bigint; readonly currency: string },
): Told {
  const detail = `${theirs.amount} ${theirs.currency} instead of ${ours.amount} ${ours.currency}`;
  return { ...nothing, about, why: 'amount', detail, isRefused: true };
}

const callbacksPerPage = 20;
const latest = { receivedAt: '9999-12-31T00:00:00.000Z', id: '' };

export const listCallbacks = answer(listCallbacksOperation, async ({ query }, { database }) => {
  const { status = 'REFUSED', limit = callbacksPerPage } = query;
  const found = await readCallbacks(database, status, placeOf(query.cursor), limit + 1);
  const data = found.slice(0, limit).map((one) => ({ ...one, receivedAt: toTimestamp(one.receivedAt) }));
  const last = found.length > limit ? data.at(-1) : undefined;
  return { status: 200, body: { data, nextCursor: last ? encodeCursor([last.receivedAt, last.id]) : null } };
});

function placeOf(cursor: string | undefined): typeof latest {
  const [receivedAt, id] = decodeCursor(cursor, 2) ?? [];
  if (receivedAt === undefined || id === undefined) return latest;
  try {
    return { receivedAt: toTimestamp(fromTimestamp(receivedAt)), id };
  } catch {
    return refuseCursor();
  }
}
