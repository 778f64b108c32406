import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A merchant's server: keeps what comes in as it comes in. */
export interface Shop {
  readonly received: readonly Received[];
  /** Where callbacks go. */
  readonly url: string;
  /** Answers with this from now on; null: not at all. */
  answerWith(status: number | null): void;
  stop(): Promise<void>;
}

export async function openShop(onReceived: (received: Received) => void = () => undefined): Promise<Shop> {
  const received: Received[] = [];
  let status: number | null = 204;
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method = '', url: path = '', headers } = request;
    const one = { method, path, headers, body: Buffer.concat(parts) };
    received.push(one);
    onReceived(one);
    if (status !== null) response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    ...{ received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks/wechat` },
    answerWith(given) {
      status = given;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
