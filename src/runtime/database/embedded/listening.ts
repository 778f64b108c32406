import { createServer } from 'node:net';
import { join } from 'node:path';
import { codeOf } from '../failure.ts';
import { secretBytes } from '../scram.ts';
import { EmbeddedPostgresError } from './log.ts';
import { type Listening, LOOPBACK } from './server-settings.ts';

/** A path longer than that does not fit into a socket's address everywhere (unix(7): 108 bytes, macOS: 104). */
const SOCKET_PATH_BYTES_MAX = 100;

/** Of the system's own choice are ports from 32768 on (ip(7)): whoever tries to connect may be given one that listens no more. */
const PORTS = { first: 20_000, count: 12_000 };
const TRIES_MOST = 200;

export function socketPath(cluster: string, port: number): string {
  return join(cluster, `.s.PGSQL.${port}`);
}

/**
 * Where a new server shall listen: on a port of the loopback interface that nobody listens on.
 *
 * @throws EmbeddedPostgresError where there is none, or no such interface
 */
export async function chooseListening(cluster: string, isFree = isPortFree): Promise<Listening> {
  for (let tries = 0; tries < TRIES_MOST; tries += 1) {
    const port = PORTS.first + (secretBytes(2).readUInt16BE() % PORTS.count);
    if (!(await isFree(port))) continue;
    return { port, socket: Buffer.byteLength(socketPath(cluster, port)) <= SOCKET_PATH_BYTES_MAX };
  }
  const last = PORTS.first + PORTS.count - 1;
  throw new EmbeddedPostgresError(
    `PostgreSQL found no free port on ${LOOPBACK}: of ${PORTS.first} to ${last}, ${TRIES_MOST} were tried`,
  );
}

/** @throws EmbeddedPostgresError where it is something else than somebody who listens there already */
export function isPortFree(port: number, host: string = LOOPBACK): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (codeOf(error) === 'EADDRINUSE') return resolve(false);
      reject(
        new EmbeddedPostgresError(
          `PostgreSQL cannot listen on ${host}: ${error.message}. Is the loopback interface up?`,
          { cause: error },
        ),
      );
    });
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
