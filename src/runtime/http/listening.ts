import { networkInterfaces } from 'node:os';
import type { FastifyInstance } from 'fastify';

/** Listens, at all addresses unless one is given, and returns the port: port 0 takes a free one. */
export async function listen(app: FastifyInstance, port: number, host?: string): Promise<number> {
  await app.listen({ port, host: host ?? anyAddress() });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** `::` takes IPv4 too, but cannot be had where IPv6 is switched off. */
function anyAddress(): string {
  const addresses = Object.values(networkInterfaces()).flat();
  return addresses.some((address) => address?.family === 'IPv6') ? '::' : '0.0.0.0';
}
