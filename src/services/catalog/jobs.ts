import type { Context } from '#runtime/service.ts';
import { indexProducts } from './domain/categories.ts';
import { readOutdated } from './reads.ts';

const OUTDATED_AT_ONCE = 200;

/** Makes the documents anew that were made with other category names, or by another analysis, than today's. */
export async function indexOutdated(context: Context): Promise<void> {
  for (;;) {
    const ids = await readOutdated(context.database, OUTDATED_AT_ONCE);
    if (ids.length === 0) return;
    await context.write(indexProducts, { ids }, context.timer('index-products'));
  }
}
