import { hash, verify } from '@node-rs/argon2';
import { ProblemError, problem } from '#kernel/problem.ts';

/** argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet): about 8 ms of a core. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** The hash of nobody's password: what an unknown e-mail address is checked against, so that it costs the same time. */
const nobodysHash = '$argon2id$v=19$m=19456,t=2,p=1$c3VhbnBhbi1ub2JvZHkhIQ$wvwRT9yZqWNqLh1XRNxu2DXs1Lk53wQ0eQmUo2wA7q8';

/**
 * Lets so many tasks run at once and so many wait; who comes on top of that is refused with `unavailable`.
 */
export class Gate {
  readonly #places: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(places: number, waitingMax: number) {
    this.#places = places;
    this.#waitingMax = waitingMax;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#places) {
      if (this.#waiting.length >= this.#waitingMax) {
        throw new ProblemError({ ...problem('unavailable', 'Too many are signing in at once.'), retryAfterSeconds: 2 });
      }
      // Whoever leaves hands the place on, so it is never seen free in between.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

/**
 * Hashing runs on libuv's pool of four threads, which files and name resolution use too, and of which there is one per
 * process: hence one gate per process, and room left. 512 waiting are about two seconds on two cores.
 */
const gate = new Gate(2, 512);

/** The PHC string of a password. @throws ProblemError `unavailable` */
export function hashPassword(password: string): Promise<string> {
  return gate.run(() => hash(prepared(password), cost));
}

/** Without a hash it takes as long, and the answer is no. @throws ProblemError `unavailable` */
export async function isPassword(password: string, passwordHash: string | undefined): Promise<boolean> {
  const matches = await gate.run(() => verify(passwordHash ?? nobodysHash, prepared(password)));
  return passwordHash !== undefined && matches;
}

/** One spelling of the same characters, whatever keyboard they came from (NIST SP 800-63B §5.1.1.2). */
function prepared(password: string): string {
  return password.normalize('NFKC');
}
