import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Scheduler } from '../../seams/scheduler.ts';

/** A request as it goes to an instance. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array | null;
  /** Hand the body over as a stream while it comes, where its length is not told beforehand. */
  readonly streams: boolean;
}

/** What came of it. */
export type Exchanged =
  | {
      readonly kind: 'received';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer | Readable;
    }
  /** `begun`: something of the request may have reached the instance. */
  | { readonly kind: 'broken'; readonly begun: boolean; readonly error: Error }
  | { readonly kind: 'late' };

/** Sends one request and takes its whole answer, or what there is of it `leftMs` from now. */
export function exchange(
  over: Dispatcher,
  request: Exchange,
  leftMs: number,
  scheduler: Scheduler,
): Promise<Exchanged> {
  return new Promise((resolve) => {
    const taking = new Taking(request.streams, (exchanged) => {
      cancel();
      resolve(exchanged);
    });
    const cancel = scheduler.after(leftMs, () => taking.giveUp());
    const { method, path, headers, body } = request;
    over.dispatch(
      { method, path, headers: headers as Record<string, string | string[]>, body: body as Buffer | string | null },
      taking,
    );
  });
}

/** Takes one answer by undici's own events: they tell whether a request was begun, which decides whether any may be sent again. */
class Taking implements Dispatcher.DispatchHandler {
  readonly #streams: boolean;
  #settle: ((exchanged: Exchanged) => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #isLate = false;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  #stream: Readable | undefined;

  constructor(streams: boolean, settle: (exchanged: Exchanged) => void) {
    this.#streams = streams;
    this.#settle = settle;
  }

  giveUp(): void {
    this.#isLate = true;
    this.#finish({ kind: 'late' });
    this.#controller?.abort(new Error('the deadline has passed'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isLate) controller.abort(new Error('the deadline has passed'));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // Interim answers are no answers.
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    if (!this.#streams || status !== 200 || headers['content-length'] !== undefined) return;
    this.#stream = new Readable({
      read: () => controller.resume(),
      destroy: (error, done) => {
        if (!this.#stream?.readableEnded) controller.abort(error ?? new Error('nobody reads on'));
        done(error);
      },
    });
    // Whoever reads hears of an error; where nobody does, it is nobody's.
    this.#stream.on('error', () => undefined);
    this.#finish({ kind: 'received', status, headers, body: this.#stream });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#stream) this.#chunks.push(chunk);
    else if (!this.#stream.push(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#stream) {
      this.#stream.push(null);
      return;
    }
    const [first = Buffer.alloc(0)] = this.#chunks;
    const body = this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first;
    this.#finish({ kind: 'received', status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#stream?.destroy(error);
    this.#finish({ kind: 'broken', begun: this.#controller !== undefined, error });
  }

  #finish(exchanged: Exchanged): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(exchanged);
  }
}
