import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';

/** Instances of a service that misbehave. */
export interface FakeInstance {
  readonly url: string;
  /** Requests that arrived, as `METHOD path`. */
  readonly requests: readonly string[];
  connections: number;
  close(): Promise<void>;
}

/** One that does as it is told with each request. */
export async function openInstance(
  act: (request: IncomingMessage, response: ServerResponse) => void,
  port = 0,
): Promise<FakeInstance> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    request.resume().once('end', () => act(request, response));
  });
  const instance = { requests, connections: 0 };
  server.on('connection', () => {
    instance.connections += 1;
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= closeOf(server);
    return closed;
  };
  return Object.assign(instance, { url: urlOf(server), close });
}

/** It takes the whole request, and breaks the connection. */
export const breaksOff = (request: IncomingMessage): void => void request.socket.destroy();

/** It takes the request, and that was all. */
export const hangs = (): void => undefined;

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closeOf(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** A port at which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
