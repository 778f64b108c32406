import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that a kernel gives to connections by itself, so that none of these is taken before it is used. */
const all = { first: 20_000, count: 10_000 };
/** Each of a run's workers takes from a part of its own: one is free until who was given it listens, and others look too. */
const parts = 8;
const part = Number(process.env.VITEST_POOL_ID ?? 0) % parts;
const count = Math.floor(all.count / parts);
const range = { first: all.first + part * count, count };

/** A port of the loopback interface that nobody listens on; this process does not soon give it out a second time. */
export async function freePort(): Promise<string> {
  if (given.size > count / 2) given.clear();
  for (;;) {
    const port = range.first + Math.floor(Math.random() * range.count);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return String(port);
  }
}

const given = new Set<number>();

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const outcome = Promise.race([
    once(server, 'listening').then(() => true),
    new Promise<boolean>((resolve) => server.once('error', () => resolve(false))),
  ]);
  server.listen(port);
  const free = await outcome;
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}
