import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { chooseListening, isPortFree } from './listening.ts';

test('a port on which somebody listens is passed over', async () => {
  const taken: number[] = [];
  const { port } = await chooseListening('/data/postgres', async (tried) => {
    taken.push(tried);
    return taken.length === 3;
  });
  expect(port).toBe(taken[2]);
  expect(new Set(taken).size).toBe(3);
});

test('a port is free when nobody listens on it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await isPortFree(port)).toBe(false);
  server.close();
  await once(server, 'close');
  expect(await isPortFree(port)).toBe(true);
});

test('without an interface to listen on it says so, and does not look on for ever', async () => {
  // A documentation address (RFC 5737) is nobody's own, as the loopback address where its interface is down.
  await expect(chooseListening('/data/postgres', (port) => isPortFree(port, '192.0.2.1'))).rejects.toThrow(
    /cannot listen on 192\.0\.2\.1: .*EADDRNOTAVAIL.*Is the loopback interface up\?/,
  );
});

test('where all ports are taken it gives up', async () => {
  await expect(chooseListening('/data/postgres', async () => false)).rejects.toThrow('found no free port');
});

test('a folder with a path too long for a socket has none', async () => {
  const isFree = async () => true;
  expect(await chooseListening('/data/postgres', isFree)).toMatchObject({ socket: true });
  expect(await chooseListening(`/${'long/'.repeat(30)}postgres`, isFree)).toMatchObject({ socket: false });
});
