/** What was decided will not be written: whoever went on with it begins again. */
export class Fallen extends Error {
  override readonly name = 'Fallen';

  constructor() {
    super('What this was built upon was not committed');
  }
}

/** What commits steps together. */
export interface Carrier {
  /** The next step is about to come: what would leave now waits for it. */
  expect(steps: Steps): void;
  expectNot(steps: Steps): void;
  /** Somebody has become quieter, or is expected no longer. */
  quieter(): void;
}

/**
 * Writes of one request that leave together: whoever makes the next goes on with what the one before has decided, as messages do
 * (ADR 27). A flight that fails takes all with it that was built upon it, so none is ever committed without those before it.
 */
export class Steps {
  readonly flights: Carrier;
  #isFallen = false;
  #open = 0;
  #over: () => void = () => undefined;

  constructor(flights: Carrier) {
    this.flights = flights;
  }

  /** Something that was told did not come: nothing more is decided upon it. */
  get isFallen(): boolean {
    return this.#isFallen;
  }

  begin(tell: (written: unknown) => void): Step {
    this.flights.expectNot(this);
    this.#open += 1;
    return new Step(this, this.#open > 1, tell);
  }

  /** Nothing more is coming before a commit: nobody needs to wait for it. */
  rest(): void {
    this.flights.expectNot(this);
    this.flights.quieter();
  }

  end(isFallen: boolean): void {
    this.#open -= 1;
    if (isFallen) {
      this.#isFallen = true;
      this.rest();
    }
    if (this.#open === 0) this.#over();
  }

  /** Until all that was begun by now is committed, refused or fallen. @throws Fallen */
  async landed(): Promise<void> {
    this.rest();
    if (this.#open > 0) {
      await new Promise<void>((resolve) => {
        this.#over = resolve;
      });
    }
    if (this.#isFallen) throw new Fallen();
  }
}

/** One write among others. */
export class Step {
  /** Others before it are decided and not committed. */
  readonly isNext: boolean;
  readonly #steps: Steps;
  readonly #tell: (written: unknown) => void;
  #isTold = false;
  #isOver = false;

  constructor(steps: Steps, isNext: boolean, tell: (written: unknown) => void) {
    this.#steps = steps;
    this.isNext = isNext;
    this.#tell = tell;
  }

  /** It was told and is not committed, or those before it are not: it cannot be done by itself. */
  get isBound(): boolean {
    return this.#isTold || this.#steps.isFallen;
  }

  /** Whoever asked goes on with what is decided. */
  tell(written: unknown): void {
    this.#isTold = true;
    this.#steps.flights.expect(this.#steps);
    this.#tell(written);
  }

  committed(): void {
    this.#end(false);
  }

  /** What nobody was told of leaves nothing behind. */
  failed(): void {
    this.#end(this.#isTold);
  }

  #end(isFallen: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#steps.end(isFallen);
  }
}

/**
 * Does the work, whose writes are steps of one another; resolves or rejects with what came of it once all of them are
 * committed. If that fails it is done once more, each write committed before the next: whatever it does must bear that.
 */
export async function inSteps<Origin extends object, Result>(
  flights: Carrier,
  origin: Origin,
  work: (origin: Origin & { readonly upon?: Steps }) => Promise<Result>,
): Promise<Result> {
  const steps = new Steps(flights);
  const [result] = await Promise.allSettled([work({ ...origin, upon: steps })]);
  try {
    await steps.landed();
  } catch (error) {
    if (!(error instanceof Fallen)) throw error;
    return work(origin);
  }
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
