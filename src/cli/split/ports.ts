import { once } from 'node:events';
import { createServer } from 'node:net';

const portMost = 65_535;

/** Gives out ports that nobody listens on, each once: from a given one upwards, or wherever there is one. */
export class Ports {
  readonly #given = new Set<number>();

  /** The first free one from here on; 0 means anywhere. */
  async next(from: number): Promise<number> {
    if (from === 0) return this.#anywhere();
    for (let port = from; port <= portMost; port += 1) {
      if (await this.take(port)) return port;
    }
    throw new Error(`no port is free from ${from} on`);
  }

  /** Whether this very one could be had. */
  async take(port: number): Promise<boolean> {
    if (this.#given.has(port) || (await listenAt(port)) === undefined) return false;
    this.#given.add(port);
    return true;
  }

  async #anywhere(): Promise<number> {
    for (;;) {
      const port = await listenAt(0);
      if (port === undefined) throw new Error('no port is free');
      if (this.#given.has(port)) continue;
      this.#given.add(port);
      return port;
    }
  }
}

/** Listens there for a moment; undefined where somebody else does. */
async function listenAt(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port);
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : undefined;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
