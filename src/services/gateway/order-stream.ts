import { followOrder, followPayment, streamOrder as operation } from '#contracts/http/order-progress.ts';
import { getOrder } from '#contracts/http/ordering.ts';
import type { AnswerOf } from '#contracts/operation.ts';
import { ProblemError } from '#kernel/problem.ts';
import { answer, type Context, type Origin } from '#runtime/service.ts';
import { askedForEvents, type Events, eventHeaders, lifetimeMs, openEvents } from './event-stream.ts';

/** The services that are asked wait so long for something to tell: no longer, since one that is to end waits for its answers. */
const waitMs = 5_000;
/** Past this a service that was asked to wait is taken to be in trouble, as with any other call. */
const patienceMs = 30_000;
/** Before a service that did not answer is asked again. */
const pauseMs = 2_000;

/** What the browser has been told; it stands in the id of each event, so that any gateway can go on with it. */
interface Told {
  readonly events: number;
  /** Up to where in ordering's log. */
  readonly position: number;
  /** Of the payment, as payment names its states. */
  readonly mark: string | undefined;
}

type Progress = AnswerOf<typeof followOrder>['body'];
type PaymentProgress = AnswerOf<typeof followPayment>['body']['payment'];

/** Live status of an order. */
export const streamOrder = answer(operation, async (request, context) => {
  const { id } = request.params;
  // Whoever it does not belong to finds no such order.
  await context.call(getOrder, { params: { id } }, request);
  const told = toldIn(request.headers?.['last-event-id']);
  const progress = await progressOf(id, told.position, 0, context, request);
  // 204 has a browser come no more; the payment may still have had a last word.
  if (progress.ended && progress.events.length === 0 && told.events > 0) return { status: 204, body: null };
  const origin = askedForEvents(request, patienceMs);
  const body = openEvents(context, request.caller.id, (events) =>
    new OrderStream(id, told, events, context, origin).run(progress),
  );
  return { status: 200, body, headers: eventHeaders };
});

function toldIn(lastEventId: string | readonly string[] | undefined): Told {
  const parts = typeof lastEventId === 'string' && /^(\d{1,6})-(\d{1,15})-([\w.]{1,40})$/.exec(lastEventId);
  if (!parts) return { events: 0, position: 0, mark: undefined };
  const [, events, position, mark] = parts;
  return { events: Number(events), position: Number(position), mark: mark === 'none' ? undefined : mark };
}

async function progressOf(id: string, after: number, wait: number, context: Context, origin: Origin) {
  const asked = { params: { id }, query: { after, waitMs: wait } };
  return (await context.call(followOrder, asked, origin)).body;
}

/** One open stream: waits for order and payment at once, and tells each as it comes. */
class OrderStream {
  readonly #id: string;
  readonly #events: Events;
  readonly #context: Context;
  readonly #origin: (context: Context) => Origin;
  #told: Told;

  constructor(id: string, told: Told, events: Events, context: Context, origin: (context: Context) => Origin) {
    this.#id = id;
    this.#told = told;
    this.#events = events;
    this.#context = context;
    this.#origin = origin;
  }

  async run(first: Progress): Promise<void> {
    const { clock } = this.#context;
    const { signal } = this.#events;
    const endsAt = clock.now() + lifetimeMs;
    const over = new Promise<'over'>((resolve) => signal.addEventListener('abort', () => resolve('over')));
    const ended = this.#tellOrder(first);
    this.#tellPayment(await this.#payment(0));
    if (ended) return;
    let order = this.#order();
    let payment = this.#payment(waitMs);
    while (!signal.aborted && clock.now() < endsAt) {
      const news = await Promise.race([
        over,
        order.then((progress) => ({ progress })),
        payment.then((status) => ({ status })),
      ]);
      if (news === 'over') return;
      if ('status' in news) {
        this.#tellPayment(news.status);
        payment = this.#payment(waitMs);
      } else {
        if (this.#tellOrder(news.progress)) {
          this.#tellPayment(await this.#payment(0));
          return;
        }
        order = this.#order();
      }
    }
  }

  #order(): Promise<Progress> {
    const { position } = this.#told;
    const asked = progressOf(this.#id, position, waitMs, this.#context, this.#origin(this.#context));
    return asked.catch((error: unknown) => this.#pause(error, { events: [], ended: false }));
  }

  #payment(wait: number): Promise<PaymentProgress> {
    const { mark } = this.#told;
    const query = { waitMs: wait, ...(mark === undefined ? {} : { known: mark }) };
    const asked = this.#context.call(followPayment, { params: { id: this.#id }, query }, this.#origin(this.#context));
    return asked.then(({ body }) => body.payment).catch((error: unknown) => this.#pause(error, null));
  }

  /** A service that is away for a moment costs nobody the stream. */
  async #pause<Nothing>(error: unknown, nothing: Nothing): Promise<Nothing> {
    if (!(error instanceof ProblemError)) throw error;
    await this.#context.scheduler.wait(pauseMs, this.#events.signal);
    return nothing;
  }

  /** Whether the order has come to its end. */
  #tellOrder({ events, ended }: Progress): boolean {
    for (const { position, ...event } of events) {
      this.#told = { ...this.#told, events: this.#told.events + 1, position };
      this.#send('order', event);
    }
    return ended;
  }

  #tellPayment(payment: PaymentProgress): void {
    if (!payment || payment.mark === this.#told.mark) return;
    const { mark, ...event } = payment;
    this.#told = { ...this.#told, events: this.#told.events + 1, mark };
    this.#send('payment', event);
  }

  #send(type: 'order' | 'payment', data: object): void {
    const { events, position, mark = 'none' } = this.#told;
    this.#events.send(type, data, `${events}-${position}-${mark}`);
  }
}
