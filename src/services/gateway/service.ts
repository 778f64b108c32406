import { defineService } from '#runtime/service.ts';
import { endAbandonedAudits, gatewayAnswers } from './routes.ts';
import { settings } from './settings.ts';
import { tables } from './store.ts';

export { startEdge } from './edge.ts';

/** The gateway looks over all services of the platform: audits, diagrams, dead letters; their names are handed in. */
export const gatewayOver = (services: readonly string[]) =>
  defineService({
    name: 'gateway',
    tables,
    migrations: new URL('./migrations/', import.meta.url),
    settings,
    answers: gatewayAnswers([...services, 'gateway']),
    hears: [],
    says: [],
    jobs: [endAbandonedAudits],
  });
