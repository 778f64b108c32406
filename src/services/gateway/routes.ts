import * as operations from '#contracts/http/gateway.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { refuse } from '#kernel/problem.ts';
import { type Answering, answer, type Context, type Job } from '#runtime/service.ts';
import { Auditor } from './audit/auditor.ts';
import { abandonedAudits, holdAudit } from './audit/hold.ts';
import { uploadBill } from './bills.ts';
import { receiveCallback } from './callbacks.ts';
import { checkout } from './checkout.ts';
import { consoleAnswers } from './console/answers.ts';
import { deadLetterAnswers } from './dead-letters.ts';
import { type AuditRow, beginAudit, finishAudit } from './domain.ts';
import { streamOrder } from './order-stream.ts';
import { sessionAnswers } from './sessions/routes.ts';
import type { settings } from './settings.ts';
import { findAudit, latestAudit } from './store.ts';
import { historyOf } from './story/history.ts';
import { dynamicDiagram, sequenceDiagram } from './story/sequence.ts';

type Settings = typeof settings;

/** What the gateway answers by itself, over all services of the platform. */
export function gatewayAnswers(services: readonly string[]): readonly Answering[] {
  return [
    answer(operations.startAudit, async (request, context: Context<Settings>) => {
      const id = context.ids.next('audit');
      const release = await holdAudit(context.database, id);
      try {
        await context.write(beginAudit, { id, askedBy: request.caller.id }, request);
      } catch (error) {
        await release();
        throw error;
      }
      void audit(id, services, context).finally(release);
      return { status: 202, body: { id }, headers: { location: `/v1/admin/audits/${id}` } };
    }),
    answer(operations.getLatestAudit, async (_request, { database }) => {
      const row = await latestAudit(database);
      return row ? { status: 200, body: present(row) } : refuse('not_found', 'No audit has finished yet.');
    }),
    answer(operations.getAudit, async ({ params: { id } }, { database }) => {
      const row = await findAudit(database, id);
      return row ? { status: 200, body: present(row) } : refuse('not_found', 'There is no such audit.');
    }),
    answer(operations.getOrderDiagram, async (request, context) => {
      const { id } = request.params;
      const history = await historyOf(id, services, context, request);
      const [away] = history.missing;
      if (away) refuse('unavailable', `${away.service}: ${away.why}`);
      if (history.messages.length === 0) refuse('not_found', 'Nothing is known of this order.');
      const draw = request.query.view === 'dynamic' ? dynamicDiagram : sequenceDiagram;
      return { status: 200, body: draw(history) };
    }),
    checkout,
    receiveCallback,
    uploadBill,
    ...sessionAnswers,
    streamOrder,
    ...deadLetterAnswers(services),
    ...consoleAnswers(services),
  ];
}

/** Never rejects: an audit that breaks off says why. */
async function audit(id: string, services: readonly string[], context: Context<Settings>): Promise<void> {
  try {
    const findings = await new Auditor(context, services, context.settings.auditBoundMs).run();
    await context.write(finishAudit, { id, ...findings, error: null }, context.timer('audit'));
  } catch (error) {
    context.log.error({ err: error, audit: id }, 'an audit broke off; ask for another when its cause is mended');
    await breakOff(id, reasonOf(error), context).catch((again: unknown) =>
      context.log.error(
        { err: again, audit: id },
        'nor could that be recorded; it is said that the process ended, when it can be',
      ),
    );
  }
}

async function breakOff(id: string, error: string, context: Context<Settings>): Promise<void> {
  await context.write(finishAudit, { id, checked: {}, violations: [], error }, context.timer('audit'));
}

/** Audits die with their process; another one, or the next, says so. */
export const endAbandonedAudits: Job<Settings> = {
  name: 'end-abandoned-audits',
  everyMs: 5_000,
  on: 'one',
  async run(context) {
    for (const id of await abandonedAudits(context.database))
      await breakOff(id, 'the process ended before the audit did', context);
  },
};

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function present({ id, startedAt, finishedAt, checked, violations, error }: AuditRow) {
  return {
    id,
    startedAt: toTimestamp(startedAt),
    finishedAt: finishedAt === null ? null : toTimestamp(finishedAt),
    checked: { ...checked },
    violations: [...violations],
    error,
  };
}
