import type { Heard } from '#contracts/http/runtime.ts';
import type { ServiceNode } from './service-node.ts';

/** A source of which nothing was heard yet has no cursor. */
const selectHeard = `
  select heard.source, coalesce(cursors.position, 0) as position,
    (select count(*) from inbox where inbox.source = heard.source and inbox.position > coalesce(cursors.position, 0)) as ahead
  from unnest($1::text[]) as heard (source) left join cursors using (source) order by heard.source`;

/** The subscriptions of a service, each with how far it is. */
export async function heardBy({ database, inbox }: ServiceNode): Promise<Heard[]> {
  const types = Map.groupBy(inbox.types, (type) => type.slice(0, type.indexOf('.')));
  const { rows } = await database.query<{ source: string; position: bigint; ahead: bigint }>(selectHeard, [
    [...types.keys()],
  ]);
  return rows.map(({ source, position, ahead }) => ({
    source,
    types: types.get(source) ?? [],
    position: Number(position),
    ahead: Number(ahead),
  }));
}
