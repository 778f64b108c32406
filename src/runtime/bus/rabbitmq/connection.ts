import { type Connection, connect } from 'amqplib/callback_api';
import { ask } from './channel.ts';
import type { RabbitmqMeans } from './means.ts';
import { inTime } from './patience.ts';
import { persist } from './persist.ts';

const connectTimeoutMs = 5_000;
const closeTimeoutMs = 2_000;

/** A connection while it lasts. */
export interface Link {
  readonly connection: Connection;
  /** Aborts with the reason once it has ended. */
  readonly ended: AbortSignal;
  /** Ends it at once and without a word: for a broker that does not answer. */
  cut(reason: Error): void;
}

/** The one connection to which all channels of a kind belong, made again with backoff whenever it was lost. */
export class KeptConnection {
  readonly #url: string;
  readonly #name: 'publishing' | 'consuming';
  readonly #means: RabbitmqMeans;
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<() => void>();
  #running: Promise<void> = Promise.resolve();
  #link: Link | undefined;
  #cut: (reason: Error) => void = () => undefined;
  #trouble: string | undefined = 'not connected yet';
  #blocked: string | undefined;

  /** @throws Error where the URL is none; its text does not show it. */
  constructor(url: string, name: 'publishing' | 'consuming', means: RabbitmqMeans) {
    this.#url = withHeartbeat(url, means.settings.heartbeatSeconds);
    this.#name = name;
    this.#means = means;
  }

  /** Why nothing goes through it now. */
  get trouble(): string | undefined {
    if (this.#trouble) return this.#trouble;
    return this.#blocked === undefined ? undefined : `it blocks publishers: ${this.#blocked}`;
  }

  /** The broker takes no messages for lack of memory or disk; it says so itself, and when it is over. */
  get blocked(): boolean {
    return this.#blocked !== undefined;
  }

  start(): void {
    const { log } = this.#means;
    this.#running = persist(
      this.#stopping.signal,
      this.#means,
      (well) => this.#keep(well),
      (error, pauseMs) => {
        this.#trouble = error instanceof Error ? error.message : String(error);
        log.warn({ err: error, connection: this.#name, pauseMs }, 'no connection to the broker; trying again');
      },
    );
  }

  /** The connection, once there is one; undefined when the signal aborts before. */
  async link(signal: AbortSignal): Promise<Link | undefined> {
    while (!this.#link && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#waiting.add(done);
        signal.addEventListener('abort', done, { once: true });
      });
    }
    return signal.aborted ? undefined : this.#link;
  }

  /** Takes its leave of the broker if that answers in time. */
  async close(): Promise<void> {
    this.#stopping.abort();
    const link = this.#link;
    if (link) {
      const closed = ask((done) => link.connection.close(done as () => void));
      await inTime(closeTimeoutMs, this.#means.scheduler, closed).catch(() => undefined);
    }
    this.#cut(new Error('the bus was closed'));
    await this.#running;
  }

  /** From connecting to the end of the connection. */
  async #keep(well: () => void): Promise<number> {
    const link = await this.#connect();
    well();
    this.#link = link;
    this.#trouble = undefined;
    this.#blocked = undefined;
    this.#means.log.info({ connection: this.#name }, 'connected to the broker');
    for (const done of [...this.#waiting]) done();
    if (!link.ended.aborted) {
      await new Promise((resolve) => link.ended.addEventListener('abort', resolve, { once: true }));
    }
    this.#link = undefined;
    this.#blocked = undefined;
    this.#trouble = 'the connection was lost';
    throw link.ended.reason;
  }

  #connect(): Promise<Link> {
    const socket = new AbortController();
    const ended = new AbortController();
    const cut = (reason: unknown): void => socket.abort(reason);
    this.#cut = cut;
    const options = {
      noDelay: true,
      timeout: connectTimeoutMs,
      clientProperties: { connection_name: `suanpan ${this.#means.namespace} ${this.#name}` },
      // Node destroys the socket when it aborts: amqplib itself only ever asks the other side to end it.
      signal: socket.signal,
    };
    return new Promise((resolve, reject) => {
      connect(this.#url, options, (error: Error | null, connection) => {
        if (error) return reject(error);
        let reason: Error | undefined;
        connection.on('error', (failure: Error) => {
          reason ??= failure;
        });
        connection.on('close', (failure?: Error) => {
          const cause: unknown = socket.signal.aborted ? socket.signal.reason : undefined;
          socket.abort();
          ended.abort(cause ?? reason ?? failure ?? new Error('the connection was closed'));
        });
        // The other one is told so too, but who publishes nothing is not blocked.
        if (this.#name === 'publishing') {
          connection.on('blocked', (why: string) => this.#block(why));
          connection.on('unblocked', () => this.#block(undefined));
        }
        resolve({ connection, ended: ended.signal, cut: (cause) => socket.abort(cause) });
      });
    });
  }

  #block(why: string | undefined): void {
    this.#blocked = why;
    const { log } = this.#means;
    if (why === undefined) log.info('the broker takes messages again');
    else log.error({ why }, 'the broker takes no messages, which wait in the logs: give it room, it goes on by itself');
  }
}

function withHeartbeat(text: string, seconds: number): string {
  if (!/^amqps?:/.test(text) || !URL.canParse(text))
    throw new Error('the URL of the broker is not amqp:// or amqps://');
  const url = new URL(text);
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', String(seconds));
  return url.href;
}
