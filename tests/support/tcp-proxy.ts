import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

type Direction = 'to the server' | 'to the client';

/** Stands between clients and a server, and does to their connections what networks do. */
export class TcpProxy implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  readonly #cuts = new Set<Cut>();
  #swallowed: string | undefined;
  #toServer = 0;

  /** Leads to the host and port of the URL. */
  static async to(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, { host: hostname, port: Number(port) });
  }

  private constructor(server: Server, target: { readonly host: string; readonly port: number }) {
    const address = server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    this.#server = server;
    server.on('connection', (client) => this.#connect(client, createConnection(target)));
  }

  /** The same URL by way of the proxy. */
  through(url: string): string {
    const by = new URL(url);
    by.hostname = '127.0.0.1';
    by.port = String(this.port);
    return by.href;
  }

  /** How many bytes clients have sent. */
  get bytesToServer(): number {
    return this.#toServer;
  }

  /** Resets all connections. */
  cut(): void {
    for (const line of [...this.#lines]) line.end();
  }

  /** Resets one connection after so many bytes more, wherever in a frame that is; resolves when it is done. */
  cutAfter(bytes: number, direction: Direction): Promise<void> {
    return new Promise((done) => {
      this.#cuts.add({ direction, bytes, done });
    });
  }

  /**
   * From now on clients that said the word when they connected hear nothing from the server, and nobody is told; undefined ends
   * it for connections that are made then.
   */
  swallow(word: string | undefined): void {
    this.#swallowed = word;
    for (const line of this.#lines) this.#deafen(line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #connect(client: Socket, server: Socket): void {
    const line = new Line(client, server, () => this.#lines.delete(line));
    this.#lines.add(line);
    pump(client, server, (chunk) => {
      line.hear(chunk);
      this.#deafen(line);
      this.#toServer += chunk.length;
      return this.#passing(line, chunk, 'to the server');
    });
    pump(server, client, (chunk) => {
      return line.isDeaf ? undefined : this.#passing(line, chunk, 'to the client');
    });
  }

  #deafen(line: Line): void {
    if (this.#swallowed !== undefined && line.said.includes(this.#swallowed)) line.isDeaf = true;
  }

  /** What of it goes on. */
  #passing(line: Line, chunk: Buffer, direction: Direction): Buffer | undefined {
    for (const cut of this.#cuts) {
      if (cut.direction !== direction) continue;
      cut.bytes -= chunk.length;
      if (cut.bytes > 0) continue;
      this.#cuts.delete(cut);
      line.endAfter(direction, chunk.subarray(0, chunk.length + cut.bytes));
      cut.done();
      return undefined;
    }
    return chunk;
  }
}

interface Cut {
  readonly direction: Direction;
  readonly done: () => void;
  bytes: number;
}

const introductionBytes = 4_096;

/** A connection on both its sides. */
class Line {
  /** How the client introduced itself. */
  said = '';
  isDeaf = false;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #ended: () => void;

  constructor(client: Socket, server: Socket, ended: () => void) {
    this.#client = client;
    this.#server = server;
    this.#ended = ended;
    for (const socket of [client, server]) {
      socket.on('error', () => this.end());
      socket.on('close', () => this.end());
    }
  }

  hear(chunk: Buffer): void {
    if (this.said.length < introductionBytes) this.said += chunk.toString('latin1');
  }

  end(): void {
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
    this.#ended();
  }

  /** The last bytes still arrive. */
  endAfter(direction: Direction, last: Buffer): void {
    const target = direction === 'to the server' ? this.#server : this.#client;
    target.end(last, () => this.end());
  }
}

/** No faster than the target takes it. */
function pump(source: Socket, target: Socket, passing: (chunk: Buffer) => Buffer | undefined): void {
  source.on('data', (chunk: Buffer) => {
    const passed = passing(chunk);
    if (passed === undefined || target.destroyed || target.writableEnded || target.write(passed)) return;
    source.pause();
    target.once('drain', () => source.resume());
  });
}
