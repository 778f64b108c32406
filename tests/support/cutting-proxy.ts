import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { ConnectionOptions } from '../../src/runtime/database/database.ts';

/** Where the connection is cut. */
type Cut = 'before the server hears COMMIT' | 'before the client hears of it' | 'with the first insert';

/** Stands between a client and the server, and cuts the connection where it is told to. */
export class CuttingProxy {
  cut: Cut | undefined;
  /** Connections that say so when they log in, for instance by their application's name; undefined: all. */
  victims: string | undefined;
  /** Answers are held back until the client has sent COMMIT: who waits for one before that waits for ever. */
  mute = false;
  #cutOnce: (() => void) | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(target: ConnectionOptions) {
    this.#server = createServer((client) => {
      const server = createConnection(target.port, target.host);
      let answersWithheld = false;
      let held: Buffer[] = [];
      let login: Buffer | undefined;
      const end = () => {
        client.destroy();
        server.destroy();
      };
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.on('error', end);
        socket.on('close', end);
      }
      const cutHere = () => {
        end();
        this.#cutOnce?.();
      };
      client.on('data', (chunk) => {
        login ??= chunk;
        const cut = this.victims === undefined || login.includes(this.victims) ? this.cut : undefined;
        if (cut === 'with the first insert' && chunk.includes('INSERT')) return cutHere();
        if (cut === 'before the server hears COMMIT' && chunk.includes('COMMIT')) return cutHere();
        answersWithheld = cut === 'before the client hears of it' && chunk.includes('COMMIT');
        if (chunk.includes('COMMIT')) {
          this.mute = false;
          for (const answer of held) client.write(answer);
          held = [];
        }
        server.write(chunk);
      });
      server.on('data', (chunk) => {
        if (this.mute) {
          held.push(chunk);
          return;
        }
        if (!answersWithheld) client.write(chunk);
        else if (chunk.includes('COMMIT')) cutHere();
      });
    });
  }

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  /** Cuts one connection there, and no other after it; resolves when it is done. */
  cutOnce(cut: Cut): Promise<void> {
    this.cut = cut;
    return new Promise((resolve) => {
      this.#cutOnce = () => {
        this.cut = undefined;
        this.#cutOnce = undefined;
        resolve();
      };
    });
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
