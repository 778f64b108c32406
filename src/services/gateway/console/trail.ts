import type { listTrail } from '#contracts/http/operator.ts';
import { runtimeOperations } from '#contracts/http/runtime.ts';
import type { TrailEntry } from '#contracts/http/runtime-insight.ts';
import { lookUpUsers } from '#contracts/http/users.ts';
import type { AnswerOf, QueryOf } from '#contracts/operation.ts';
import { refuse } from '#kernel/problem.ts';
import { decodeCursor, encodeCursor, refuseCursor } from '#runtime/http/paging.ts';
import type { Context, Origin } from '#runtime/service.ts';

type Asked = QueryOf<typeof listTrail>;
type Page = AnswerOf<typeof listTrail>['body'];

/** Later than any, in the order of a service's numbers. */
const beyondAll = Number.MAX_SAFE_INTEGER;

interface Place {
  readonly at: string;
  readonly service: string;
  readonly number: number;
}

/**
 * The trails of all services as one, newest first; entries of one moment by service, then by number, both backwards. A page that
 * lacked a service's entries would be wrong without anybody seeing it: one that is away fails it.
 */
export async function trailOf(
  asked: Asked,
  services: readonly string[],
  context: Context,
  origin: Origin,
): Promise<Page> {
  const { limit = 50, cursor, service, actor, object, action, from, to } = asked;
  const chosen = service === undefined ? services : services.filter((name) => name === service);
  if (chosen.length === 0) {
    const detail = `is one of ${services.join(', ')}`;
    refuse('validation_failed', 'There is no such service.', [{ pointer: '/query/service', detail }]);
  }
  const after = placeOf(decodeCursor(cursor, 3));
  const actors = actor === undefined ? undefined : await actorsOf(actor, context, origin);
  const body = {
    ...(actors && { actors }),
    ...(object !== undefined && { objects: [object] }),
    ...(action !== undefined && { action }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    limit: limit + 1,
  };
  const pages = await Promise.all(
    chosen.map((name) => {
      const before = after && { at: after.at, number: numberBefore(after, name) };
      return context.call(runtimeOperations(name).trail, { body: { ...body, ...(before && { before }) } }, origin);
    }),
  );
  const entries = pages.flatMap((page) => page.body.data).sort(backwards);
  const data = entries.slice(0, limit);
  const last = entries.length > limit ? data.at(-1) : undefined;
  return { data: await withAddresses(data, context, origin), nextCursor: last ? encodeCursor(partsOf(last)) : null };
}

/** Of the moment of the last entry a service may have more: those of its name come before or after it. */
function numberBefore(after: Place, service: string): number {
  if (service === after.service) return after.number;
  return service < after.service ? beyondAll : 0;
}

function partsOf({ at, service, id }: TrailEntry): [string, string, number] {
  return [at, service, numberOf(id)];
}

function numberOf(id: string): number {
  return Number(id.slice(id.indexOf('/') + 1));
}

function placeOf(parts: readonly string[] | undefined): Place | undefined {
  if (!parts) return undefined;
  const [at = '', service = '', number = ''] = parts;
  if (Number.isNaN(Date.parse(at)) || !/^\d{1,15}$/.test(number)) refuseCursor();
  return { at, service, number: Number(number) };
}

function backwards(left: TrailEntry, right: TrailEntry): number {
  const [atLeft, serviceLeft, numberLeft] = partsOf(left);
  const [atRight, serviceRight, numberRight] = partsOf(right);
  if (atLeft !== atRight) return atLeft > atRight ? -1 : 1;
  if (serviceLeft !== serviceRight) return serviceLeft > serviceRight ? -1 : 1;
  return numberRight - numberLeft;
}

/** An address stands for the users whose it begins; nobody's for nobody. */
async function actorsOf(actor: string, context: Context, origin: Origin): Promise<string[]> {
  if (!actor.includes('@')) return [actor];
  const { body } = await context.call(lookUpUsers, { body: { email: actor } }, origin);
  return body.data.map(({ id }) => id);
}

/** With the actors' addresses, where identity knows them and answers. */
export async function withAddresses(
  data: readonly TrailEntry[],
  context: Context,
  origin: Origin,
): Promise<Page['data']> {
  const ids = [...new Set(data.map(({ actor }) => actor).filter((actor) => actor.startsWith('usr_')))];
  const known =
    ids.length === 0 ? undefined : await context.call(lookUpUsers, { body: { ids } }, origin).catch(() => undefined);
  const emails = new Map(known?.body.data.map(({ id, email }) => [id, email]));
  return data.map((entry) => ({ ...entry, actorEmail: emails.get(entry.actor) ?? null }));
}
