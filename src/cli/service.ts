import { Argument, Command } from 'commander';
import { startPlatform } from '#apps/platform.ts';
import { serviceNames } from '#apps/services.ts';
import { endOnSignals } from './signals.ts';

const help = `
There are ${serviceNames.join(', ')}.

Set in the environment (suanpan settings prints all of them):
  DATABASE_URL      the PostgreSQL that the platform's processes share; or <SERVICE>_DATABASE_URL for each service here
  AMQP_URL          the RabbitMQ that carries their messages
  <SERVICE>_URL     for each service that does not run here, where its instances listen: http://host:8090,http://…
  PORT              of the API, where the gateway runs here (8080)
  SERVICE_PORT      where the other processes ask the services that run here (8090)
  INTERNAL_PORT     of /healthz, /readyz and /metrics (9080)

Any service may run in several processes. SIGTERM drains: what was accepted is finished, nothing new is taken.
All of it on this machine, to try it out: suanpan up --split`;

export const serviceCommand = new Command('service')
  .description('Run these services in this process; the others of the platform run in other processes.')
  .addArgument(new Argument('<names...>', 'services, the gateway among them or not'))
  .addHelpText('after', help)
  .action(async (names: string[]) => {
    const starting = startPlatform({ environment: process.env, run: names });
    endOnSignals(starting);
    const { url, serviceUrl, internalUrl } = await starting;
    const places = [
      ...(url ? [`API ${url}`] : []),
      ...(serviceUrl ? [`for other processes ${serviceUrl}`] : []),
      `health ${internalUrl}/readyz`,
    ];
    process.stdout.write(`${names.join(', ')}: up. ${places.join(', ')}\n`);
  });
