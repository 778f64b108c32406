import type { Bus } from '#runtime/bus/bus.ts';
import { inProcessBus } from '#runtime/bus/in-process.ts';
import { rabbitmqBus } from '#runtime/bus/rabbitmq/rabbitmq.ts';
import { connectionOptionsOf } from '#runtime/database/database.ts';
import { sharedServiceSecret } from '#runtime/database/scram.ts';
import type { Means } from '#runtime/host/service-node.ts';
import { readSettings, SettingsError } from '#runtime/settings/settings.ts';
import type { Composition } from './services.ts';
import { type Environment, type PlatformSettings, placeSettings } from './settings.ts';

/** What the processes of a platform know of each other. */
export interface Neighbours {
  /** Base URLs of the services that run elsewhere. */
  readonly urls: ReadonlyMap<string, readonly string[]>;
  /** That they know each other by. */
  readonly secret: string;
}

/** Undefined where everything runs in this process. @throws SettingsError naming what is not set */
export function findNeighbours(
  { elsewhere, isSplit }: Composition,
  settings: PlatformSettings,
  environment: Environment,
): Neighbours | undefined {
  if (!isSplit) return undefined;
  if (settings.amqpUrl === undefined) {
    const others = elsewhere.length > 0 ? elsewhere.map(({ name }) => name).join(', ') : 'the gateway';
    throw new SettingsError(
      `AMQP_URL is not set, and ${others} would run elsewhere: messages between processes go through a RabbitMQ. ` +
        'Name one, or run everything in one process (suanpan start).',
    );
  }
  const urls = new Map<string, readonly string[]>();
  const missing: string[] = [];
  for (const { name } of elsewhere) {
    const place = placeSettings(name);
    const own = readSettings(place, environment).urls;
    if (own) urls.set(name, own);
    else missing.push(`${place.urls.name} (where ${name} listens, http://host:port)`);
  }
  if (missing.length > 0) throw new SettingsError(`Not set: ${missing.join(', ')}`);
  return { urls, secret: secretOf(settings) };
}

function secretOf({ serviceSecret, databaseUrl }: PlatformSettings): string {
  if (serviceSecret !== undefined) return serviceSecret;
  const password = databaseUrl === undefined ? '' : connectionOptionsOf(databaseUrl).password;
  if (password !== '') return sharedServiceSecret(password);
  throw new SettingsError(
    'SERVICE_SECRET is not set: the processes of a platform know each other by it. Where there is a DATABASE_URL with a ' +
      'password, it is derived from that.',
  );
}

/** Through RabbitMQ where there is one, else within the process. */
export function makeBus({ amqpUrl: url, databasePrefix: namespace, consumes }: PlatformSettings, means: Means): Bus {
  if (url === undefined) return inProcessBus(means);
  return rabbitmqBus({ ...means, url, namespace, settings: { consumes } });
}
