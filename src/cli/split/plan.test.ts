import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { planProcesses } from './plan.ts';

const servers: Server[] = [];
const services = ['gateway', 'tea', 'cups'];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** Takes the port, or any. */
async function occupy(port = 0): Promise<number> {
  const server = createServer();
  servers.push(server);
  server.listen(port);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Two of each from a port on whose neighbour is free too. */
async function inARow() {
  for (;;) {
    const first = (await occupy()) + 1;
    const planned = await planProcesses(services, 2, { ...anywhere, PORT: `${first}` }).catch(() => undefined);
    if (planned) return { first, planned };
  }
}

const anywhere = { PORT: '0', SERVICE_PORT: '0', INTERNAL_PORT: '0' };

describe('the processes of a platform on one machine', () => {
  test('are one per service, each at ports of its own, and each knows where the others are', async () => {
    const planned = await planProcesses(services, 1, anywhere);
    expect(planned.map(({ name, service }) => [name, service])).toEqual(services.map((name) => [name, name]));
    const ports = planned.flatMap(({ port, internalPort }) => [port, internalPort]);
    expect(new Set(ports).size).toBe(6);
    const [gateway, tea, cups] = planned;
    const urls = { TEA_URL: `http://127.0.0.1:${tea?.port}`, CUPS_URL: `http://127.0.0.1:${cups?.port}` };
    expect(gateway?.environment).toEqual({
      ...urls,
      PORT: `${gateway?.port}`,
      INTERNAL_PORT: `${gateway?.internalPort}`,
    });
    expect(tea?.environment).toEqual({
      ...urls,
      SERVICE_PORT: `${tea?.port}`,
      INTERNAL_PORT: `${tea?.internalPort}`,
    });
  });

  test('are numbered where there are several of each, all named to the others; gateways are at one port after the other', async () => {
    const { first, planned } = await inARow();
    expect(planned.map(({ name }) => name)).toEqual(['gateway-1', 'gateway-2', 'tea-1', 'tea-2', 'cups-1', 'cups-2']);
    expect(planned.slice(0, 2).map(({ port }) => port)).toEqual([first, first + 1]);
    const tea = planned.filter(({ service }) => service === 'tea').map(({ port }) => `http://127.0.0.1:${port}`);
    for (const { environment } of planned) expect(environment.TEA_URL).toBe(tea.join(','));
  });

  test('leave out ports that others listen on, but the API is where it was asked to be or nowhere', async () => {
    const taken = await occupy();
    const planned = await planProcesses(services, 1, { ...anywhere, SERVICE_PORT: `${taken}` });
    expect(planned.slice(1).map(({ port }) => port)).not.toContain(taken);
    expect(planned[1]?.port).toBeGreaterThan(taken);
    await expect(planProcesses(services, 1, { ...anywhere, PORT: `${taken}` })).rejects.toThrow(
      `Port ${taken} is taken: set PORT to another one.`,
    );
  });
});
