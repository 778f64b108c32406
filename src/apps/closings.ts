type Closing = () => Promise<void> | void;

/** What was opened, closed in the opposite order: once, also where only a part of it was opened. */
export class Closings {
  readonly #closings: Closing[] = [];
  #running: Promise<void> | undefined;

  add(closing: Closing): void {
    this.#closings.push(closing);
  }

  /** @throws the first failure, after all else was closed */
  run(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closings.reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
