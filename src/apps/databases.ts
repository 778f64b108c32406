import { type ConnectionOptions, connectionOptionsOf } from '#runtime/database/database.ts';
import { startEmbedded } from '#runtime/database/embedded/embedded.ts';
import { readSettings, SettingsError } from '#runtime/settings/settings.ts';
import type { Log } from '#runtime/telemetry/log.ts';
import type { Closings } from './closings.ts';
import type { Composition } from './services.ts';
import { type Environment, type PlatformSettings, placeSettings } from './settings.ts';

export interface Databases {
  /** Who may create the service's database and role. */
  adminOf(service: string): ConnectionOptions;
  /** Whose clock this process follows. */
  readonly clock: ConnectionOptions;
}

/** `<SERVICE>_DATABASE_URL`, else DATABASE_URL, else the embedded PostgreSQL, which is started if a service needs it. */
export async function findDatabases(
  { here, isSplit }: Composition,
  { settings, environment, log }: { settings: PlatformSettings; environment: Environment; log: Log },
  closings: Closings,
): Promise<Databases> {
  const shared = settings.databaseUrl === undefined ? undefined : connectionOptionsOf(settings.databaseUrl);
  const own = new Map<string, ConnectionOptions>();
  for (const { name } of here) {
    const { databaseUrl } = readSettings(placeSettings(name), environment);
    if (databaseUrl !== undefined) own.set(name, connectionOptionsOf(databaseUrl));
  }
  const without = here.find(({ name }) => !own.has(name));
  if (without && !shared && isSplit) {
    throw new SettingsError(
      `${without.name} has no database: set DATABASE_URL. The PostgreSQL that comes along serves one process alone.`,
    );
  }
  const common = shared ?? (without && (await startOwn(settings.dataDir, log, closings)));
  const adminOf = (service: string): ConnectionOptions => {
    const admin = own.get(service) ?? common;
    if (!admin) throw new Error(`there is no database for ${service}`);
    return admin;
  };
  return { adminOf, clock: common ?? adminOf(here[0]?.name ?? '') };
}

async function startOwn(dataDir: string, log: Log, closings: Closings): Promise<ConnectionOptions> {
  const embedded = await startEmbedded({ dataDir, log });
  closings.add(() => embedded.stop());
  return embedded.admin;
}
