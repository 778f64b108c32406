import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Attempts,
  blockedUntil,
  delayMs,
  failed,
  firstDelayMs,
  forgottenAfterMs,
  knownForMs,
  rules,
  type Scope,
  type Scopes,
  scopeNames,
  succeeded,
} from './throttle.ts';

/** What is remembered, as the table would hold it, and one log-in after the other as the decider settles them. */
class Door {
  readonly #rows = new Map<string, Attempts>();
  now = 1_000_000;

  isShut(email: string, address: string): boolean {
    return this.until(email, address) !== null;
  }

  until(email: string, address: string): number | null {
    return blockedUntil(this.#remembered(scopesOf(email, address)), this.now);
  }

  /** What the log-in gets to know: a verdict, or nothing. */
  tryPassword(email: string, address: string, right = false): 'in' | 'wrong' | 'shut' {
    const scopes = scopesOf(email, address);
    const remembered = this.#remembered(scopes);
    if (blockedUntil(remembered, this.now) !== null) return 'shut';
    const rows = right
      ? succeeded(remembered, scopes, this.now)
      : scopeNames.map((scope) => failed(remembered(scope), scope, scopes[scope], this.now));
    for (const row of rows) this.#rows.set(row.scope, row);
    return right ? 'in' : 'wrong';
  }

  #remembered(scopes: Scopes): (scope: Scope) => Attempts | undefined {
    return (scope) => this.#rows.get(scopes[scope]);
  }
}

function scopesOf(email: string, address: string): Scopes {
  return { pair: `p ${email} ${address}`, email: `e ${email}`, address: `a ${address}` };
}

function times(count: number, act: () => unknown): void {
  for (let index = 0; index < count; index += 1) act();
}

describe('failed log-ins', () => {
  test('of one e-mail address from one place: five are free, then it is shut for a while', () => {
    const door = new Door();
    times(4, () => expect(door.tryPassword('lin', 'home')).toBe('wrong'));
    expect(door.isShut('lin', 'home')).toBe(false);
    expect(door.tryPassword('lin', 'home')).toBe('wrong');
    expect(door.until('lin', 'home')).toBe(door.now + firstDelayMs);
    expect(door.tryPassword('lin', 'home', true)).toBe('shut');
    door.now += firstDelayMs;
    expect(door.tryPassword('lin', 'home', true)).toBe('in');
  });

  test('each further one doubles the wait, up to a quarter of an hour', () => {
    const waits = Array.from({ length: 10 }, (_, index) => delayMs('pair', 5 + index) / 1000);
    expect(waits).toEqual([15, 30, 60, 120, 240, 480, 900, 900, 900, 900]);
    expect(delayMs('pair', 4)).toBe(0);
    expect(delayMs('pair', 1_000_000)).toBe(900_000);
  });

  test('leave other people at the same place alone, until there are a hundred', () => {
    const door = new Door();
    times(5, () => door.tryPassword('lin', 'office'));
    expect(door.isShut('wang', 'office')).toBe(false);
    for (let user = 0; user < 95; user += 1) door.tryPassword(`user ${user}`, 'office');
    expect(door.isShut('wang', 'office')).toBe(true);
  });

  test('from many places shut the e-mail address for a minute at most', () => {
    const door = new Door();
    for (let place = 0; place < 20; place += 1) door.tryPassword('lin', `bot ${place}`);
    expect(door.isShut('lin', 'a new place')).toBe(true);
    for (let place = 20; place < 200; place += 1) {
      door.now = door.until('lin', `bot ${place}`) ?? door.now;
      expect(door.tryPassword('lin', `bot ${place}`)).toBe('wrong');
    }
    expect((door.until('lin', 'a new place') ?? 0) - door.now).toBe(60_000);
  });

  test('from many places never shut out the owner at a place where they got in before', () => {
    const door = new Door();
    expect(door.tryPassword('lin', 'home', true)).toBe('in');
    for (let place = 0; place < 200; place += 1) door.tryPassword('lin', `bot ${place}`);
    expect(door.isShut('lin', 'anywhere else')).toBe(true);
    expect(door.tryPassword('lin', 'home', true)).toBe('in');
    door.now += knownForMs;
    for (let place = 0; place < 20; place += 1) door.tryPassword('lin', `another bot ${place}`);
    expect(door.isShut('lin', 'home')).toBe(true);
  });

  test('are forgotten after an hour of quiet', () => {
    const door = new Door();
    times(4, () => door.tryPassword('lin', 'home'));
    door.now += forgottenAfterMs;
    times(4, () => expect(door.tryPassword('lin', 'home')).toBe('wrong'));
    expect(door.isShut('lin', 'home')).toBe(false);
  });

  test('of the user are cleared by the right password, those of the place are not', () => {
    const door = new Door();
    times(4, () => door.tryPassword('lin', 'office'));
    expect(door.tryPassword('lin', 'office', true)).toBe('in');
    times(4, () => expect(door.tryPassword('lin', 'office')).toBe('wrong'));
    expect(door.isShut('lin', 'office')).toBe(false);
    for (let user = 0; user < 92; user += 1) door.tryPassword(`user ${user}`, 'office');
    expect(door.isShut('somebody', 'office')).toBe(true);
  });
});

describe('whatever happens', () => {
  const step = fc.record({
    email: fc.constantFrom('lin', 'wang'),
    address: fc.constantFrom('home', 'office', 'bot'),
    right: fc.boolean(),
    waitMs: fc.integer({ min: 0, max: 120_000 }),
  });

  test('nobody waits longer than the longest delay, and whoever waits it out gets a verdict', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const door = new Door();
        for (const { email, address, right, waitMs } of steps) {
          door.now += waitMs;
          const until = door.until(email, address);
          const longestMs = Math.max(...scopeNames.map((scope) => rules[scope].longestDelayMs));
          expect((until ?? door.now) - door.now).toBeLessThanOrEqual(longestMs);
          expect(door.tryPassword(email, address, right) === 'shut').toBe(until !== null);
          if (until !== null) {
            door.now = until;
            expect(door.isShut(email, address)).toBe(false);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('guessing from one place learns no more than five passwords, and one for each wait', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 150 }), (pauses) => {
        const door = new Door();
        const from = door.now;
        let verdicts = 0;
        for (const pauseMs of pauses) {
          door.now += pauseMs;
          if (door.tryPassword('lin', 'bot') === 'wrong') verdicts += 1;
        }
        expect(verdicts).toBeLessThanOrEqual(5 + Math.floor((door.now - from) / firstDelayMs));
      }),
      { numRuns: 60 },
    );
  });
});
