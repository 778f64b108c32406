import { deliverOrder, shipOrder } from '#contracts/http/fulfillment.ts';
import { retryDeadLetter } from '#contracts/http/gateway.ts';
import type { Missing, OrderAction } from '#contracts/http/operator.ts';
import { cancelAnyOrder, completeAnyOrder } from '#contracts/http/ordering.ts';
import { carryOnWithRefund, refreshAnyPayment } from '#contracts/http/payment.ts';
import { approveRefund, createRefund, rejectRefund, retryRefund, settleRefund } from '#contracts/http/refunds.ts';
import { type DeadLetter, runtimeOperations } from '#contracts/http/runtime.ts';
import { type ActionInput, type ActionName, actionNames } from '#contracts/http/runtime-insight.ts';
import type { Operation } from '#contracts/operation.ts';
import { refuse } from '#kernel/problem.ts';
import type { Context, Origin } from '#runtime/service.ts';
import { allMissing, gather, soon } from './gathering.ts';
import { carryOnSteps, type Part, retrySteps, stepsOf, trailStep } from './steps.ts';

const operations: Readonly<Record<ActionName, Pick<Operation, 'service' | 'name' | 'method' | 'path'>>> = {
  cancel: cancelAnyOrder,
  refund: createRefund,
  ship: shipOrder,
  deliver: deliverOrder,
  complete: completeAnyOrder,
  approve_refund: approveRefund,
  reject_refund: rejectRefund,
  retry_refund: retryRefund,
  carry_on_refund: carryOnWithRefund,
  settle_refund: settleRefund,
  query_provider: refreshAnyPayment,
  retry_message: retryDeadLetter,
};

export interface Asking {
  readonly orderId: string;
  readonly action?: ActionName;
  readonly object?: string;
  readonly input: ActionInput;
}

/** The acts about an order as all services that have a part in them would decide them now. */
export async function actionsOf(
  asking: Asking,
  services: readonly string[],
  context: Context,
  origin: Origin,
): Promise<{ readonly data: OrderAction[]; readonly missing: Missing }> {
  const by = soon(origin, context);
  const { action, object, orderId, input } = asking;
  const query = { key: orderId, settled: false, limit: 100 };
  const [rehearsed, letters] = await Promise.all([
    gather(services, (service) => context.call(runtimeOperations(service).rehearse, { body: { orderId, input } }, by)),
    gather(services, (service) => context.call(runtimeOperations(service).listDeadLetters, { query }, by)),
  ]);
  const missing = allMissing(rehearsed.missing, letters.missing);
  const isAway = (service: string): boolean => missing.some((one) => one.service === service);
  const parts = rehearsed.answers.flatMap(({ service, answer }) =>
    answer.body.acts.map((act): Part => ({ service, act })),
  );
  const isKnown = parts.some(({ service }) => service === 'ordering');
  if (!isKnown && !isAway('ordering')) refuse('not_found', 'No such order.');
  // All are asked for all they could do: an order of which this one act is not possible is an order all the same.
  const asked = parts.filter(({ act }) => isOr(action, act.action) && isOr(object, act.object));
  const groups = Map.groupBy(asked, ({ act }) => `${act.action} ${act.object}`);
  const acts = [...groups.values()].filter(isNamedByItsOwner).map((group) => actionOf(group, isAway));
  const wanted = action === undefined || action === 'retry_message';
  const retries = wanted
    ? retriesOf(
        orderId,
        letters.answers.flatMap(({ answer }) => answer.body.data),
        object,
      )
    : [];
  return { data: [...acts, ...retries].sort(inOrder), missing };
}

const isOr = (wanted: string | undefined, given: string): boolean => wanted === undefined || wanted === given;

/** Payment could carry on with any refund that failed there; which of them still waits for somebody, ordering says. */
function isNamedByItsOwner(parts: readonly Part[]): boolean {
  return parts.some(({ service, act }) => act.action !== 'carry_on_refund' || service === 'ordering');
}

function actionOf(parts: readonly Part[], isAway: (service: string) => boolean): OrderAction {
  const [first] = parts;
  if (!first) throw new Error('an act without a part');
  const { action, object } = first.act;
  const operation = operations[action];
  const refused = parts.find(({ act }) => act.refusal !== null)?.act.refusal ?? null;
  const away = isAway(operation.service)
    ? { code: 'unavailable', detail: `${operation.service} does not answer.` }
    : null;
  const isIdle = parts.every(({ act }) => act.changes.length + act.says.length + act.asks.length === 0);
  const idle = isIdle ? { code: 'conflict', detail: 'It would change nothing.' } : null;
  const refusal = refused ?? away ?? idle;
  const most = parts.find(({ act }) => act.most)?.act.most;
  return {
    action,
    object,
    allowed: refusal === null,
    refusal,
    ...(most && { most }),
    operation: addressOf(operation, object),
    steps:
      refusal === null
        ? [...(action === 'carry_on_refund' ? carryOnSteps() : stepsOf(parts)), trailStep(operation.service)]
        : [],
  };
}

function retriesOf(orderId: string, letters: readonly DeadLetter[], object: string | undefined): OrderAction[] {
  const chosen = letters.filter(({ id }) => object === undefined || object === id);
  if (chosen.length === 0) {
    const refusal = { code: 'not_found', detail: 'No message about it was set aside.' };
    const operation = addressOf(retryDeadLetter, orderId);
    return [{ action: 'retry_message', object: orderId, allowed: false, refusal, operation, steps: [] }];
  }
  return chosen.map(({ id, service, status, message }): OrderAction => {
    const isHeld = status === 'HELD';
    const detail = 'It waits behind another message of the order: retry that one.';
    return {
      action: 'retry_message',
      object: id,
      allowed: !isHeld,
      refusal: isHeld ? { code: 'dead_letter_held', detail } : null,
      operation: addressOf(retryDeadLetter, id),
      steps: isHeld ? [] : [...retrySteps(service, message.type), trailStep(service)],
    };
  });
}

function addressOf({ name, method, path }: Pick<Operation, 'name' | 'method' | 'path'>, object: string) {
  return { name, method, path: path.replace('{id}', object) };
}

function inOrder(left: OrderAction, right: OrderAction): number {
  const place = ({ action }: OrderAction): number => actionNames.indexOf(action);
  return place(left) - place(right) || Number(left.object > right.object) - Number(left.object < right.object);
}
