import { invalid, missing } from './faults.ts';
import type { Intent } from './objects.ts';
import { expand, integer, text } from './parameters.ts';
import type { World } from './world.ts';

export const paging = {
  limit: integer(1, 100),
  starting_after: text(),
  ending_before: text(),
  expand,
};

export interface Paging {
  readonly limit: number | undefined;
  readonly starting_after: string | undefined;
  readonly ending_before: string | undefined;
}

/** A page of a list, newest first (docs.stripe.com/api/pagination). */
export function pageOf<Item extends { readonly id: string }>(
  url: string,
  kind: string,
  oldestFirst: readonly Item[],
  { limit = 10, starting_after, ending_before }: Paging,
): { object: 'list'; data: Item[]; has_more: boolean; url: string } {
  if (starting_after !== undefined && ending_before !== undefined) {
    throw invalid('You cannot parameterize `starting_after` and `ending_before` at the same time.', {
      code: 'parameters_exclusive',
    });
  }
  const items = oldestFirst.toReversed();
  const placeOf = (id: string, param: string): number => {
    const place = items.findIndex((item) => item.id === id);
    if (place < 0) throw missing(kind, id, param, 400);
    return place;
  };
  if (ending_before !== undefined) {
    const end = placeOf(ending_before, 'ending_before');
    const data = items.slice(Math.max(0, end - limit), end);
    return { object: 'list', data, has_more: end > limit, url };
  }
  const start = starting_after === undefined ? 0 : placeOf(starting_after, 'starting_after') + 1;
  return { object: 'list', data: items.slice(start, start + limit), has_more: items.length > start + limit, url };
}

/** New things are found by search a minute later, so that nobody relies on it for what was written a moment ago. */
export const searchLagSeconds = 60;

const clause = /^(?:metadata\['([^']+)'\]|(status|currency)):'([^']*)'$/;

/** The part of the query language that asks for metadata, status and currency (docs.stripe.com/search). */
export function searchIntents(world: World, query: string, limit = 10, page: string | undefined) {
  const tests = query.split(/\s+AND\s+/i).map((part) => {
    const [, name, field, value] = clause.exec(part.trim().replaceAll('"', "'")) ?? [];
    if (value === undefined) throw invalid('We were unable to parse your search query.', { param: 'query' });
    return (intent: Intent): boolean =>
      name === undefined ? intent[field as 'currency' | 'status'] === value : intent.metadata[name] === value;
  });
  const start = page === undefined ? 0 : Number(page);
  if (!Number.isInteger(start) || start < 0) throw invalid('Invalid page', { param: 'page' });
  const found = [...world.intents.values()]
    .filter((intent) => intent.created + searchLagSeconds <= world.seconds() && tests.every((test) => test(intent)))
    .toReversed();
  const has_more = found.length > start + limit;
  return {
    ...{
      object: 'search_result',
      data: found.slice(start, start + limit),
      has_more,
      url: '/v1/payment_intents/search',
    },
    next_page: has_more ? String(start + limit) : null,
  };
}

/** Puts whole objects where their ids stand, for each path such as `data.source` (docs.stripe.com/api/expanding_objects). */
export function expanded(world: World, object: object, paths: readonly string[]): object {
  const copy = structuredClone(object);
  for (const path of paths) {
    const steps = path.split('.');
    if (steps.length > 4) throw invalid('You cannot expand more than 4 levels of a property.', { param: 'expand' });
    expandIn(world, copy, steps, path);
  }
  return copy;
}

function expandIn(world: World, holder: unknown, [step = '', ...rest]: readonly string[], path: string): void {
  if (Array.isArray(holder)) {
    for (const item of holder) expandIn(world, item, [step, ...rest], path);
    return;
  }
  if (typeof holder !== 'object' || holder === null) return;
  const fields = holder as Record<string, unknown>;
  if (!(step in fields)) throw invalid(`This property cannot be expanded (${path}).`, { param: 'expand' });
  const value = fields[step];
  if (typeof value === 'string') {
    const whole = objectOf(world, value);
    // Of things that are not simulated, such as payouts, the id stays.
    if (!whole && /^(pi|ch|re|txn)_/.test(value))
      throw invalid(`This property cannot be expanded (${path}).`, { param: 'expand' });
    if (whole) fields[step] = structuredClone(whole);
  }
  if (rest.length > 0) expandIn(world, fields[step], rest, path);
}

function objectOf(world: World, id: string): object | undefined {
  return (
    world.intents.get(id) ??
    world.charges.get(id) ??
    world.refunds.get(id) ??
    (id.startsWith('txn_') ? world.transactions.find((one) => one.id === id) : undefined)
  );
}
