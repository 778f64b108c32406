import * as operations from '#contracts/http/operator.ts';
import { runtimeOperations } from '#contracts/http/runtime.ts';
import { ProblemError, refuse } from '#kernel/problem.ts';
import { type Answering, answer, type Context, type Origin } from '#runtime/service.ts';
import { askedForEvents, type Events, eventHeaders, lifetimeMs, openEvents } from '../event-stream.ts';
import { actionsOf } from './actions.ts';
import { caseFileOf } from './case-file.ts';
import { gather, soon } from './gathering.ts';
import { Lookout } from './overview.ts';
import { trailOf } from './trail.ts';

/** What operators see of the whole platform, put together of what each service answers. */
export function consoleAnswers(services: readonly string[]): readonly Answering[] {
  const lookout = new Lookout(services);
  return [
    answer(operations.getOrderCase, async (request, context) => {
      return { status: 200, body: await caseFileOf(request.params.id, services, context, request) };
    }),
    answer(operations.listOrderActions, async (request, context) => {
      const asking = { orderId: request.params.id, input: {} };
      return { status: 200, body: await actionsOf(asking, services, context, request) };
    }),
    answer(operations.showOrderAction, async (request, context) => {
      const { input = {}, ...chosen } = request.body;
      const asking = { ...chosen, orderId: request.params.id, input };
      const { data, missing } = await actionsOf(asking, services, context, request);
      const [shown] = data;
      if (shown) return { status: 200, body: shown };
      const [away] = missing;
      if (away) refuse('unavailable', `${away.service}: ${away.why}`);
      return refuse('not_found', 'There is no such act on this order.');
    }),
    answer(operations.listTrail, async (request, context) => {
      return { status: 200, body: await trailOf(request.query, services, context, request) };
    }),
    answer(operations.listSettings, async (request, context) => {
      const by = soon(request, context);
      const { answers, missing } = await gather(services, (service) =>
        context.call(runtimeOperations(service).settings, {}, by),
      );
      const process = answers.find(({ service }) => service === context.service)?.answer.body.process ?? [];
      const own = answers
        .map(({ service, answer: { body } }) => ({ service, settings: body.own }))
        .filter(({ settings }) => settings.length > 0);
      return { status: 200, body: { data: [{ service: 'platform', settings: process }, ...own], missing } };
    }),
    answer(operations.getHealth, async (request, context) => {
      const by = soon(request, context);
      const [{ answers, missing }, seen] = await Promise.all([
        gather(services, (service) => context.call(runtimeOperations(service).health, {}, by)),
        gather(services, (service) => context.call(runtimeOperations(service).processes, {}, by)),
      ]);
      const data = services.map((service) => {
        const health = answers.find((one) => one.service === service)?.answer.body ?? null;
        const why =
          missing.find((one) => one.service === service)?.why ?? health?.database.error ?? health?.bus.error ?? null;
        // Without its broker a service goes on: messages wait (docs/operations.md).
        return { service, ready: health?.database.ok === true, why, health };
      });
      const processes = seen.answers
        .flatMap(({ answer }) => answer.body.data)
        .sort((left, right) => (left.id < right.id ? -1 : 1));
      return { status: 200, body: { data, processes } };
    }),
    answer(operations.getOverview, async (request, context) => {
      return { status: 200, body: await lookout.overview(context, request) };
    }),
    answer(operations.streamOverview, async (request, context) => ({
      status: 200,
      body: openEvents(context, request.caller.id, (events) => watch(lookout, events, context, request)),
      headers: eventHeaders,
    })),
  ];
}

const overviewEveryMs = 2_000;
const overviewPatienceMs = 10_000;

async function watch(lookout: Lookout, events: Events, context: Context, request: Origin): Promise<void> {
  const { signal } = events;
  const origin = askedForEvents(request, overviewPatienceMs);
  const endsAt = context.clock.now() + lifetimeMs;
  while (!signal.aborted && context.clock.now() < endsAt) {
    try {
      if (!events.isBehind()) events.send('overview', await lookout.overview(context, origin(context)));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
    }
    await context.scheduler.wait(overviewEveryMs, signal);
  }
}
