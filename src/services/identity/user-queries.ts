import type { Queries } from '#runtime/database/database.ts';
import type { User } from './domain.ts';
import { userColumns } from './store.ts';

export interface UserFilter {
  readonly q: string | undefined;
  readonly role: string | undefined;
  /** The id at the end of the page before. */
  readonly before: string | undefined;
  readonly limit: number;
}

// Ids sort by time and '~' behind all of them. Addresses are kept in lower case.
const listOfUsers = `
  select ${userColumns} from users
  where id < $1 and ($2::text is null or $2 = any(roles))
    and ($3::text is null or id = $3 or starts_with(email, lower($3)) or position(lower($3) in lower(name)) > 0)
  order by id desc limit $4`;

export async function findUsers(
  database: Queries,
  { q, role, before = '~', limit }: UserFilter,
): Promise<readonly User[]> {
  return (await database.query<User>(listOfUsers, [before, role, q, limit])).rows;
}

const selectById = `select ${userColumns} from users where id = any($1::text[])`;
const selectByEmail = `select ${userColumns} from users where email >= $1 and starts_with(email, $1) order by email limit $2`;

export async function findUsersById(database: Queries, ids: readonly string[]): Promise<readonly User[]> {
  return (await database.query<User>(selectById, [ids])).rows;
}

export async function findUsersByEmail(database: Queries, beginning: string, limit: number): Promise<readonly User[]> {
  return (await database.query<User>(selectByEmail, [beginning, limit])).rows;
}
