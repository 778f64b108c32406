import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** What all sockets read into: each looks at it before the next one reads. */
const read = Buffer.allocUnsafeSlow(256 * 1024);
const nothing = Buffer.alloc(0);

/**
 * HTTP/1.1 over one kept connection, one request at a time, answers with a Content-Length only: a tenth of what a general
 * client costs, so that the load does not take the cores from what it loads.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #host: string;
  #waiting: Waiting | undefined;
  #received: Buffer = nothing;
  #broken: Error | undefined;

  private constructor(host: string, port: number) {
    this.#host = `${host}:${port}`;
    const callback = (length: number): boolean => {
      this.#receive(read.subarray(0, length));
      return true;
    };
    this.#socket = connect({ host, port, noDelay: true, onread: { buffer: read, callback } });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the platform closed the connection')));
  }

  static open(host: string, port: number): Promise<Connection> {
    const connection = new Connection(host, port);
    return new Promise((resolve, reject) => {
      connection.#waiting = { resolve: () => undefined, reject };
      connection.#socket.once('connect', () => {
        connection.#waiting = undefined;
        resolve(connection);
      });
    });
  }

  /** `headers`: whole lines, each with its line end. */
  send(method: string, path: string, headers: string, body = '', type = 'application/json'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#broken) {
        reject(this.#broken);
        return;
      }
      this.#waiting = { resolve, reject };
      const length = Buffer.byteLength(body);
      const about = body === '' ? '' : `content-type: ${type}\r\ncontent-length: ${length}\r\n`;
      const request = `${method} ${path} HTTP/1.1\r\nhost: ${this.#host}\r\n${headers}${about}\r\n${body}`;
      // What is ASCII need not be encoded: a third of what writing costs here.
      this.#socket.write(request, length === body.length ? 'latin1' : 'utf8');
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    const received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const parsed = parseAnswer(received);
    if (parsed instanceof Error) {
      this.#fail(parsed);
      return;
    }
    // What is kept must be copied: the next socket reads into the same bytes.
    const rest = received.subarray(parsed?.length ?? 0);
    this.#received = rest.length === 0 ? nothing : Buffer.from(rest);
    if (parsed === undefined) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(parsed.answer);
  }

  #fail(error: Error): void {
    this.#broken ??= error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
    this.#socket.destroy();
  }
}

/** The first answer in the bytes with its length; undefined while it is not complete. */
export function parseAnswer(bytes: Buffer): { answer: Answer; length: number } | Error | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const status = head.startsWith('HTTP/1.1 ') ? Number(head.slice(9, 12)) : Number.NaN;
  const length = contentLength(head);
  const hasBody = status !== 204 && status !== 304;
  if (!status || (hasBody && length === undefined)) return new Error(`not an answer this client reads: ${head}`);
  const end = headEnd + 4 + (hasBody ? (length ?? 0) : 0);
  if (bytes.length < end) return undefined;
  return { answer: { status, body: bytes.toString('utf8', headEnd + 4, end) }, length: end };
}

function contentLength(head: string): number | undefined {
  // As Node writes it; any other spelling is looked for, too.
  const known = head.indexOf('\r\ncontent-length: ');
  if (known >= 0) return Number.parseInt(head.slice(known + 18, known + 30), 10);
  const length = /\r\ncontent-length:[ \t]*(\d+)/i.exec(head)?.[1];
  return length === undefined ? undefined : Number(length);
}
