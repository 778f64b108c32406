import { startEmbedded } from '../../src/runtime/database/embedded/embedded.ts';

/** A process of its own that runs the embedded PostgreSQL on a folder, and says how that went: one line of JSON. */
const [, , dataDir = ''] = process.argv;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
try {
  const postgres = await startEmbedded({ dataDir, log });
  process.on('SIGTERM', () => void postgres.stop());
  console.log(JSON.stringify({ admin: postgres.admin, pid: postgres.pid, adopted: postgres.adopted }));
} catch (error) {
  console.log(JSON.stringify({ refused: (error as Error).message }));
}
