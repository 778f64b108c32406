import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request, read whole. */
export interface Incoming {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Outgoing {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Instead of an answer: the connection is cut, or stays open until the simulator stops. */
export type Handler = (incoming: Incoming) => Promise<Outgoing | 'cut' | 'no answer'>;

const bodyMostBytes = 1 << 20;

/** On loopback unless told otherwise; `stop` ends all connections, answered or not. */
export async function listen(
  handle: Handler,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    respond(handle, request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(handle: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > bodyMostBytes) return void request.socket.destroy();
    parts.push(part);
  }
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
  const { method = 'GET', headers } = request;
  const answer = await handle({ method, url, headers, body: Buffer.concat(parts).toString('utf8') });
  if (answer === 'cut') return void request.socket.destroy();
  if (answer === 'no answer') return;
  response.writeHead(answer.status, { ...answer.headers });
  response.end(answer.body);
}

export function html(body: string, status = 200): Outgoing {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }, body };
}

export function json(value: unknown, status = 200): Outgoing {
  // What is more than a number holds is not in these books.
  const body = JSON.stringify(value ?? null, (_name, part) => (typeof part === 'bigint' ? Number(part) : part));
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
}

export function redirect(location: string): Outgoing {
  return { status: 303, headers: { location } };
}
