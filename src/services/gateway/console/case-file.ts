import type { CaseFile } from '#contracts/http/operator.ts';
import { getAnyOrder } from '#contracts/http/ordering.ts';
import { runtimeOperations } from '#contracts/http/runtime.ts';
import { getUser } from '#contracts/http/users.ts';
import { ProblemError, refuse } from '#kernel/problem.ts';
import type { Context, Origin } from '#runtime/service.ts';
import { historyOf } from '../story/history.ts';
import { entriesOf, type ServiceRecord } from './case-entries.ts';
import { allMissing, gather, orMissing, soon } from './gathering.ts';
import { withAddresses } from './trail.ts';

type Platform = readonly string[];

/** Everything that all services recorded of an order. */
export async function caseFileOf(
  orderId: string,
  services: Platform,
  context: Context,
  origin: Origin,
): Promise<CaseFile> {
  const by = soon(origin, context);
  const [found, history] = await Promise.all([
    orMissing('ordering', orderOf(orderId, context, by)),
    historyOf(orderId, services, context, by),
  ]);
  const order = found.answer ?? null;
  if (!order && found.missing.length === 0 && history.messages.length === 0) refuse('not_found', 'No such order.');
  const userId = order?.userId;
  const [records, customer] = await Promise.all([
    recordsOf({ orderId, userId }, services, context, by),
    userId === undefined
      ? undefined
      : orMissing('identity', context.call(getUser, { params: { id: userId } }, by)).catch(unlessUnknown),
  ]);
  const acts = await actsAbout(
    [orderId, ...records.data.map(({ record }) => record.id), ...history.deadLetters.map(({ id }) => id)],
    services,
    { context, origin: by },
  );
  const missing = allMissing(found.missing, history.missing, records.missing, customer?.missing ?? [], acts.missing);
  const isPaymentThere = !missing.some(({ service }) => service === 'payment');
  const { sessions: _, ...person } = customer?.answer?.body ?? { sessions: [] };
  return {
    order,
    customer: 'id' in person ? person : null,
    money: isPaymentThere ? moneyOf(order?.total ?? null, records.data) : null,
    entries: entriesOf(history, records.data, acts.data),
    missing,
  };
}

async function orderOf(id: string, context: Context, origin: Origin): Promise<CaseFile['order']> {
  try {
    return (await context.call(getAnyOrder, { params: { id } }, origin)).body;
  } catch (error) {
    return unlessUnknown(error) ?? null;
  }
}

function unlessUnknown(error: unknown): undefined {
  if (error instanceof ProblemError && error.problem.code === 'not_found') return undefined;
  throw error;
}

async function recordsOf(
  order: { readonly orderId: string; readonly userId: string | undefined },
  services: Platform,
  context: Context,
  origin: Origin,
) {
  const { orderId, userId } = order;
  const query = { orderId, ...(userId !== undefined && { userId }) };
  const { answers, missing } = await gather(services, (service) =>
    context.call(runtimeOperations(service).records, { query }, origin),
  );
  const data = answers.flatMap(({ service, answer }) =>
    answer.body.records.map((record): ServiceRecord => ({ service, record })),
  );
  return { data, missing };
}

async function actsAbout(
  objects: readonly string[],
  services: Platform,
  { context, origin }: { readonly context: Context; readonly origin: Origin },
) {
  const body = { objects: [...new Set(objects)].slice(0, 1000), limit: 1000 };
  const { answers, missing } = await gather(services, (service) =>
    context.call(runtimeOperations(service).trail, { body }, origin),
  );
  const data = answers.flatMap(({ answer }) => answer.body.data);
  return { data: await withAddresses(data, context, origin), missing };
}

function moneyOf(total: NonNullable<CaseFile['money']>['total'], records: readonly ServiceRecord[]): CaseFile['money'] {
  const moved = records.flatMap(({ record }) => record.moved ?? []);
  const currency = total?.currency ?? moved[0]?.amount.currency;
  if (currency === undefined) return null;
  const sum = (direction: 'in' | 'out'): number =>
    moved.filter((one) => one.direction === direction).reduce((all, { amount }) => all + amount.amount, 0);
  const [received, returned] = [sum('in'), sum('out')];
  return {
    total,
    in: { amount: received, currency },
    out: { amount: returned, currency },
    kept: received - returned,
  };
}
