import type { Missing } from '#contracts/http/operator.ts';
import { ProblemError, problemCatalogue } from '#kernel/problem.ts';
import type { Context, Origin } from '#runtime/service.ts';

/** An operator waits no longer for one service of many. */
const patienceMs = 3_000;

export interface Gathered<Answer> {
  readonly answers: readonly { readonly service: string; readonly answer: Answer }[];
  readonly missing: Missing;
}

/** Asks all of them at once; those that do not answer in time are named. */
export async function gather<Answer>(
  services: readonly string[],
  ask: (service: string) => Promise<Answer>,
): Promise<Gathered<Answer>> {
  const asked = await Promise.allSettled(services.map(ask));
  const answers: { service: string; answer: Answer }[] = [];
  const missing: Missing = [];
  for (const [index, one] of asked.entries()) {
    const service = services[index] ?? '';
    if (one.status === 'fulfilled') answers.push({ service, answer: one.value });
    else missing.push({ service, why: reasonOf(one.reason) });
  }
  return { answers, missing };
}

/** The answer, or why there is none; a refusal that is not about the service being away is thrown. */
export async function orMissing<Answer>(
  service: string,
  asked: Promise<Answer>,
): Promise<{ readonly answer?: Answer; readonly missing: Missing }> {
  try {
    return { answer: await asked, missing: [] };
  } catch (error) {
    if (!isAway(error)) throw error;
    return { missing: [{ service, why: reasonOf(error) }] };
  }
}

/** Soon or not at all, and not recorded: that somebody looked at it is no part of any order's history. */
export function soon(origin: Origin, { clock }: Context): Origin {
  const traceparent = `${origin.traceparent.slice(0, -2)}00`;
  return { ...origin, traceparent, deadline: Math.min(origin.deadline, clock.now() + patienceMs) };
}

export function allMissing(...lists: readonly Missing[]): Missing {
  const byService = new Map(lists.flat().map((one) => [one.service, one]));
  return [...byService.values()];
}

function isAway(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return false;
  const { code } = error.problem;
  return code === 'unavailable' || code === 'deadline_exceeded' || code === 'internal_error';
}

function reasonOf(error: unknown): string {
  if (!(error instanceof ProblemError)) return error instanceof Error ? error.message : String(error);
  const { code, detail } = error.problem;
  return detail ?? problemCatalogue[code].title;
}
