/** SQL: what the rows of a log that are grouped say, oldest first, as the facts of an audit have it (contracts/audit.ts). */
export const saidAsFacts = `json_agg(json_build_object(
  'type', type, 'atMs', floor(extract(epoch from said_at) * 1000)::bigint, 'cause', cause) order by position)`;
