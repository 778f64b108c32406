/** One server-sent event. */
export interface ServerEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads server-sent events as a browser does, one after another. */
export class EventReader {
  readonly status: number;
  /** Comments: heartbeats. */
  comments = 0;
  readonly #abort: AbortController;
  readonly #chunks: AsyncIterator<string>;
  #text = '';

  private constructor(response: Response, abort: AbortController) {
    this.status = response.status;
    this.#abort = abort;
    const body = response.body ?? new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
    this.#chunks = body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  }

  static async open(url: string, headers: Readonly<Record<string, string>>): Promise<EventReader> {
    const abort = new AbortController();
    const accept = 'text/event-stream';
    return new EventReader(await fetch(url, { headers: { accept, ...headers }, signal: abort.signal }), abort);
  }

  /** The next event; undefined where the stream has ended. */
  async next(): Promise<ServerEvent | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end === -1) {
        const { value, done } = await this.#chunks.next();
        if (done) return undefined;
        this.#text += value;
        continue;
      }
      const lines = this.#text.slice(0, end).split('\n');
      this.#text = this.#text.slice(end + 2);
      const event = this.#eventOf(lines);
      if (event) return event;
    }
  }

  /** All events up to the one that is so, that one included; those before the end where none is. */
  async until(isSo: (event: ServerEvent) => boolean): Promise<ServerEvent[]> {
    const events: ServerEvent[] = [];
    for (let event = await this.next(); event; event = await this.next()) {
      events.push(event);
      if (isSo(event)) break;
    }
    return events;
  }

  close(): void {
    this.#abort.abort();
  }

  #eventOf(lines: readonly string[]): ServerEvent | undefined {
    const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    this.comments += lines.filter((line) => line.startsWith(':')).length;
    const data = field('data');
    if (data === undefined) return undefined;
    return { id: field('id') ?? '', type: field('event') ?? 'message', data: JSON.parse(data) };
  }
}
