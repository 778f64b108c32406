import { dispatchOrder } from '#contracts/http/ordering.ts';
import { type Problem, ProblemError } from '#kernel/problem.ts';
import type { Context, Job, Origin } from '#runtime/service.ts';
import { concludeDispatch, type Handover } from './domain.ts';
import { findUnanswered } from './store.ts';

/**
 * Asks ordering whether the goods may leave, and records its answer (docs/adr/0021). The refusal, where there is one.
 * @throws ProblemError where there was no answer: it is asked again, here or by the job
 */
export async function dispatch(context: Context, handover: Handover, origin: Origin): Promise<Problem | undefined> {
  const { orderId } = handover;
  const refusal = await ask(context, handover, origin);
  const verdict = refusal ? 'refused' : 'allowed';
  await context.write(concludeDispatch, { orderId, verdict }, recording(origin, context));
  return refusal;
}

async function ask(
  context: Context,
  { orderId, carrier, trackingNumber }: Handover,
  origin: Origin,
): Promise<Problem | undefined> {
  const { failPoints } = context;
  try {
    if (failPoints.armed) failPoints.reach('fulfillment.before-dispatch');
    await context.call(dispatchOrder, { params: { id: orderId }, body: { carrier, trackingNumber } }, origin);
    if (failPoints.armed) failPoints.reach('fulfillment.after-dispatch');
    return undefined;
  } catch (error) {
    if (!(error instanceof ProblemError) || !['conflict', 'not_found'].includes(error.problem.code)) throw error;
    return error.problem;
  }
}

/** An answer is recorded even if whoever asked has gone. */
function recording({ traceparent, cause, caller, language }: Origin, { clock }: Context): Origin {
  return { traceparent, cause, caller, language, deadline: clock.now() + 10_000 };
}

const mostAtOnce = 100;

/** Whose request died under way, or was not answered: ordering has the last word. */
export const resolveDispatches: Job = {
  name: 'resolve-dispatches',
  everyMs: 1_000,
  on: 'one',
  async run(context) {
    for (;;) {
      const due = await findUnanswered(context.database, context.clock.now(), mostAtOnce);
      await Promise.all(due.map((handover) => resolve(context, handover)));
      if (due.length < mostAtOnce) return;
    }
  },
};

async function resolve(context: Context, handover: Handover): Promise<void> {
  const { orderId } = handover;
  const origin = context.timer('resolve-dispatches');
  try {
    await dispatch(context, handover, origin);
  } catch (error) {
    context.log.warn({ err: error, orderId }, 'ordering did not say whether an order may leave; it is asked again');
    await context.write(concludeDispatch, { orderId, verdict: 'unanswered' }, recording(origin, context));
  }
}
