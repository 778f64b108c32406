import type { Saying } from '#contracts/message.ts';
import { type Problem, problem } from '#kernel/problem.ts';
import type { Queries } from '../database/database.ts';
import type { Decider, Moment } from './decider.ts';
import { KnownRows, type Tables, Workset } from './workset.ts';

/** A command with the rule that decides it. */
export interface Asked {
  readonly decider: Decider<Tables, unknown, unknown>;
  readonly command: unknown;
}

export function asked<T extends Tables, Command, Answer>(
  decider: Decider<T, Command, Answer>,
  command: Command,
): Asked {
  return { decider: decider as unknown as Asked['decider'], command };
}

/** What would come of commands: which rows would be other than they are, and what would be said. */
export interface DryRun {
  readonly refusal: Problem | undefined;
  readonly changes: readonly RowChange[];
  readonly says: readonly Saying[];
}

export interface RowChange {
  readonly table: string;
  readonly key: string;
  /** undefined where there is none yet. */
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * Decides the commands one after the other over the rows as they are now, as a writer would, and writes nothing. It ends with the
 * first that is refused: then nothing would change.
 */
export async function dryRun(
  { tables, queries, moment }: { readonly tables: Tables; readonly queries: Queries; readonly moment: Moment },
  commands: readonly Asked[],
): Promise<DryRun> {
  const known = new KnownRows(tables);
  const workset = new Workset(known);
  const changes = new Map<string, RowChange>();
  const says: Saying[] = [];
  for (const { decider, command } of commands) {
    await known.load(queries, [decider.needs(command)]);
    if (decider.needsThen) await known.load(queries, [decider.needsThen(command, known.state)]);
    const decision = decider.decide(known.state, command, moment);
    const refusal = decision.refuse ?? (decision.setAside && problem('conflict', decision.setAside.reason));
    if (refusal) return { refusal, changes: [], says: [] };
    for (const [table, rows] of Object.entries(decision.put ?? {})) {
      for (const after of rows ?? []) {
        const key = tables[table]?.keyOf(after) ?? '';
        const name = `${table} ${key}`;
        const before = changes.has(name) ? changes.get(name)?.before : known.state[table]?.get(key);
        changes.set(name, { table, key, before, after });
      }
    }
    workset.put(decision.put ?? {});
    says.push(...(decision.say ?? []));
  }
  return { refusal: undefined, changes: [...changes.values()], says };
}
