import type { Decider } from '#runtime/batch/decider.ts';
import type { Tables } from '#runtime/batch/workset.ts';
import { StatementError } from '#runtime/database/failure.ts';
import type { Context, Origin, Written } from '#runtime/service.ts';

const uniqueViolation = '23505';

/**
 * Writes a command that inserts under a key which others may choose too: an e-mail address, the scope of a log-in. Another
 * instance can insert that row between our load and our insert; decided anew, the rule sees it.
 */
export async function writeInserting<T extends Tables, Command, Answer>(
  context: Pick<Context, 'write'>,
  decider: Decider<T, Command, Answer>,
  command: Command,
  origin: Origin,
): Promise<Written<Answer>> {
  try {
    return await context.write(decider, command, origin);
  } catch (error) {
    if (!(error instanceof StatementError && error.code === uniqueViolation)) throw error;
    return context.write(decider, command, origin);
  }
}
