import pg from 'pg';
import type { ConnectionOptions } from './queries.ts';
import { clientConfig, connectFailure, Session } from './session.ts';
import { StatementNames } from './statement-names.ts';

/** A session on which others are told that something is new (NOTIFY), and heard when they tell (LISTEN). */
export interface Channel {
  /** In a statement and a commit of its own, for which the disk is not waited for. @throws ConnectionError */
  tell(): Promise<void>;
  /** Resolves when the server answers. @throws ConnectionError */
  ping(): Promise<void>;
  /** Aborted when the session is over, by whoever's doing. */
  readonly over: AbortSignal;
  close(): Promise<void>;
}

/** @throws ConnectionError */
export async function openChannel(
  connection: ConnectionOptions,
  options: { readonly name: string; readonly applicationName: string; readonly heard: () => void },
): Promise<Channel> {
  const { name, applicationName, heard } = options;
  const limits = { connectTimeoutMs: 5_000, statementTimeoutMs: 5_000, lockTimeoutMs: 5_000 };
  const client = new pg.Client(
    clientConfig({
      ...connection,
      ...limits,
      applicationName,
      idleInTransactionTimeoutMs: 5_000,
      parameters: ['synchronous_commit=off'],
    }),
  );
  const over = new AbortController();
  client.on('end', () => over.abort());
  const session = new Session(client, new StatementNames(), limits);
  try {
    await client.connect().catch((error: unknown) => {
      throw connectFailure(connection, error);
    });
    const { rows } = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
    client.on('notification', ({ processId }) => {
      if (processId !== rows[0]?.pid) heard();
    });
    await session.script(`listen ${client.escapeIdentifier(name)}`);
  } catch (error) {
    client.end().catch(() => undefined);
    throw error;
  }
  const tell = `notify ${client.escapeIdentifier(name)}`;
  return {
    tell: () => session.script(tell),
    ping: () => session.script('select 1'),
    over: over.signal,
    close: () => session.close(),
  };
}
