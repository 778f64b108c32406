import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * HTTP/1.1 over one kept connection, one request at a time, answers with a Content-Length only: a tenth of what a general
 * client costs, so that the load does not take the cores from what it loads.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #host: string;
  #waiting: Waiting | undefined;
  #received: Buffer = Buffer.alloc(0);
  #broken: Error | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the platform closed the connection')));
  }

  static open(host: string, port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket, `${host}:${port}`));
      });
    });
  }

  /** `headers`: whole lines, each with its line end. */
  send(method: string, path: string, headers: string, body = ''): Promise<Answer> {
    if (this.#broken) return Promise.reject(this.#broken);
    const about = body === '' ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(`${method} ${path} HTTP/1.1\r\nhost: ${this.#host}\r\n${headers}${about}\r\n${body}`);
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const parsed = parseAnswer(this.#received);
    if (parsed === undefined) return;
    if (parsed instanceof Error) {
      this.#fail(parsed);
      return;
    }
    this.#received = this.#received.subarray(parsed.length);
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
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  const hasBody = status !== 204 && status !== 304;
  if (!status || (hasBody && length === undefined)) return new Error(`not an answer this client reads: ${head}`);
  const end = headEnd + 4 + (hasBody ? Number(length) : 0);
  if (bytes.length < end) return undefined;
  return { answer: { status, body: bytes.toString('utf8', headEnd + 4, end) }, length: end };
}
