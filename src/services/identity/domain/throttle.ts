import type { Instant } from '#kernel/clock.ts';

/** What is remembered of the log-ins of one scope. */
export interface Attempts {
  readonly scope: string;
  readonly failures: number;
  readonly blockedUntil: Instant | null;
  /** When somebody last got in; only kept for an e-mail address together with an address. */
  readonly succeededAt: Instant | null;
  readonly changedAt: Instant;
}

/** The scopes that one log-in counts in, by their keys. */
export interface Scopes {
  /** The e-mail address, from one address: the usual case of guessing, and of forgetting. */
  readonly pair: string;
  /** The e-mail address, from anywhere: guessing spread over many addresses. */
  readonly email: string;
  /** The address, whatever e-mail: guessing spread over many users. Many people may share one. */
  readonly address: string;
}

export type Scope = keyof Scopes;

export const scopeNames = ['pair', 'email', 'address'] as const satisfies readonly Scope[];

interface Rule {
  /** So many failures are free; the last of them brings the first delay. */
  readonly free: number;
  readonly longestDelayMs: number;
}

/**
 * The delay doubles from {@link firstDelayMs} with each failure past the free ones. An e-mail address is never shut for more
 * than a minute by what strangers do, and not at all where its owner got in before: nobody can be locked out by an attacker.
 */
export const rules: Readonly<Record<Scope, Rule>> = {
  pair: { free: 5, longestDelayMs: 900_000 },
  email: { free: 20, longestDelayMs: 60_000 },
  address: { free: 100, longestDelayMs: 900_000 },
};

export const firstDelayMs = 15_000;

/** After so long without a failure the count begins anew. */
export const forgottenAfterMs = 3_600_000;

/** For so long an address from which the user got in counts as known. */
export const knownForMs = 30 * 86_400_000;

/** Until when a log-in must wait, given what is remembered of its scopes; null if it may be tried now. */
export function blockedUntil(remembered: (scope: Scope) => Attempts | undefined, now: Instant): Instant | null {
  const known = isKnown(remembered('pair'), now);
  let until: Instant | null = null;
  for (const scope of scopeNames) {
    if (scope === 'email' && known) continue;
    const blocked = remembered(scope)?.blockedUntil ?? null;
    if (blocked !== null && blocked > now && blocked > (until ?? 0)) until = blocked;
  }
  return until;
}

function isKnown(pair: Attempts | undefined, now: Instant): boolean {
  return pair !== undefined && pair.succeededAt !== null && now - pair.succeededAt < knownForMs;
}

/** One more failure. */
export function failed(before: Attempts | undefined, scope: Scope, key: string, now: Instant): Attempts {
  const forgotten = before === undefined || now - before.changedAt >= forgottenAfterMs;
  const failures = (forgotten ? 0 : before.failures) + 1;
  return {
    scope: key,
    failures,
    blockedUntil: now + delayMs(scope, failures) > now ? now + delayMs(scope, failures) : null,
    succeededAt: before?.succeededAt ?? null,
    changedAt: now,
  };
}

/** 0 up to the free failures but one; then doubling up to the scope's longest. */
export function delayMs(scope: Scope, failures: number): number {
  const { free, longestDelayMs } = rules[scope];
  if (failures < free) return 0;
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - free, 20));
}

/**
 * The right password clears what counts against the user, not what counts against the address: else an attacker would log in as
 * himself between two guesses.
 */
export function succeeded(
  remembered: (scope: Scope) => Attempts | undefined,
  scopes: Scopes,
  now: Instant,
): readonly Attempts[] {
  const cleared: Attempts[] = [
    { scope: scopes.pair, failures: 0, blockedUntil: null, succeededAt: now, changedAt: now },
  ];
  const email = remembered('email');
  if (email !== undefined && email.failures > 0) {
    cleared.push({ ...email, failures: 0, blockedUntil: null, changedAt: now });
  }
  return cleared;
}
