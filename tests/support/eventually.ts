import { vi } from 'vitest';

/** Tries until it throws no more. The limit is far above what a slow machine needs: only what never comes true meets it. */
export function eventually<Seen>(attempt: () => Seen | Promise<Seen>): Promise<Seen> {
  return vi.waitFor(attempt, { timeout: 20_000, interval: 10 });
}
