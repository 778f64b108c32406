import type { Message } from '#contracts/message.ts';
import type { Transaction } from '../database/database.ts';

const selectHeard = `
  select source, position from unnest($1::text[], $2::bigint[]) as asked (source, position)
  where position <= (select cursors.position from cursors where cursors.source = asked.source)
    or exists (select from inbox where inbox.source = asked.source and inbox.position = asked.position)`;

const hear = 'select hear($1, $2::bigint[], $3::bigint[])';

interface Came {
  readonly message: Message;
  readonly previous: number;
}

const nameOf = ({ source, position }: { source: string; position: number | bigint }): string => `${source}/${position}`;

/** What one batch heard by way of a broker: what is a duplicate, and what the cursors learn of the rest. */
export class HeardOfBatch {
  readonly #known = new Set<string>();
  readonly #fresh = new Map<string, Came[]>();

  async load(transaction: Transaction, messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    const { rows } = await transaction.query<{ source: string; position: bigint }>(selectHeard, [
      messages.map(({ source }) => source),
      messages.map(({ position }) => position),
    ]);
    for (const row of rows) this.#known.add(nameOf(row));
  }

  /** Whether the message had its effect before, in this batch or ever; if not, it has from now on. */
  isDuplicate(message: Message, previous: number): boolean {
    const name = nameOf(message);
    if (this.#known.has(name)) return true;
    this.#known.add(name);
    const fresh = this.#fresh.get(message.source) ?? [];
    fresh.push({ message, previous });
    this.#fresh.set(message.source, fresh);
    return false;
  }

  /** Late in the transaction, and by source: whoever waits for a cursor holds none that comes after it. */
  save(transaction: Transaction): void {
    for (const [source, came] of [...this.#fresh].sort(([one], [other]) => (one < other ? -1 : 1))) {
      void transaction.query(hear, [
        source,
        came.map(({ message }) => message.position),
        came.map(({ previous }) => previous),
      ]);
    }
  }
}
