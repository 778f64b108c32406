import { gatewayName } from '#apps/services.ts';
import { placeSettings, platformSettings } from '#apps/settings.ts';
import { readSettings, SettingsError } from '#runtime/settings/settings.ts';
import { Ports } from './ports.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** One process of a platform on this machine. */
export interface Planned {
  /** `ordering`, or `ordering-2` where there are several. */
  readonly name: string;
  readonly service: string;
  /** Where requests come in: of a gateway from outside, of others from their neighbours. */
  readonly port: number;
  readonly internalPort: number;
  /** What it is set to, beside what all are. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * A process for every instance of every service, each at ports of its own: the gateways from PORT on, the others from SERVICE_PORT
 * and INTERNAL_PORT on, leaving out what is taken.
 * @throws SettingsError where the port of the API is taken
 */
export async function planProcesses(
  services: readonly string[],
  instances: number,
  environment: Environment,
): Promise<readonly Planned[]> {
  const { port, servicePort, internalPort } = platformSettings;
  const first = readSettings({ port, servicePort, internalPort }, environment);
  const ports = new Ports();
  const placed: Omit<Planned, 'environment'>[] = [];
  for (const service of services) {
    for (let index = 0; index < instances; index += 1) {
      const isGateway = service === gatewayName;
      placed.push({
        name: instances === 1 ? service : `${service}-${index + 1}`,
        service,
        port: isGateway ? await portOfApi(ports, first.port, index) : await ports.next(first.servicePort),
        internalPort: await ports.next(first.internalPort),
      });
    }
  }
  const urls: Record<string, string> = {};
  for (const service of services) {
    const at = placed.filter((one) => one.service === service).map(({ port: own }) => `http://127.0.0.1:${own}`);
    if (service !== gatewayName) urls[placeSettings(service).urls.name] = at.join(',');
  }
  return placed.map((one) => ({
    ...one,
    environment: {
      ...urls,
      [one.service === gatewayName ? port.name : servicePort.name]: String(one.port),
      [internalPort.name]: String(one.internalPort),
    },
  }));
}

async function portOfApi(ports: Ports, first: number, index: number): Promise<number> {
  if (first === 0) return ports.next(0);
  if (await ports.take(first + index)) return first + index;
  throw new SettingsError(`Port ${first + index} is taken: set PORT to another one.`);
}
