import { serviceNames } from '../../../src/apps/services.ts';

/** One process of a platform: what it is called, and the services in it; all of them is `suanpan start`. */
export interface Plan {
  readonly name: string;
  readonly services: readonly string[];
}

/** How a platform is laid out over processes, and what carries its messages. */
export interface Arrangement {
  readonly name: string;
  readonly bus: 'in-process' | 'rabbitmq';
  readonly plans: readonly Plan[];
}

const everything: Plan = { name: 'platform', services: serviceNames };

export const inOneProcess: Arrangement = {
  name: 'one process, in-process bus',
  bus: 'in-process',
  plans: [everything],
};

export const oneOverRabbit: Arrangement = { name: 'one process over RabbitMQ', bus: 'rabbitmq', plans: [everything] };

/** The service by itself, so many times, and all others in one process. */
export function splitOff(service: string, instances = 1): Arrangement {
  const rest = serviceNames.filter((name) => name !== service);
  const own = Array.from({ length: instances }, (_, index) => ({
    name: instances === 1 ? service : `${service}-${index + 1}`,
    services: [service],
  }));
  return { name: 'split over RabbitMQ', bus: 'rabbitmq', plans: [{ name: 'rest', services: rest }, ...own] };
}

/** Each service by itself, so many times. */
export function eachByItself(instances = 1): Arrangement {
  const plans = serviceNames.flatMap((service) => splitOff(service, instances).plans.slice(1));
  return { name: 'every service by itself over RabbitMQ', bus: 'rabbitmq', plans };
}
