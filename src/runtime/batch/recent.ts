/**
 * Values by key, the most recently used of them: at least `least`, a generation, and little more than two. What is looked up moves
 * to the younger generation; the older is dropped when the younger is full.
 */
export class Recent<Value> {
  readonly #least: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(least: number) {
    this.#least = least;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  get(key: string): Value | undefined {
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    const older = this.#old.get(key);
    if (older !== undefined) this.#young.set(key, older);
    return older;
  }

  set(key: string, value: Value): void {
    this.#young.set(key, value);
  }

  entries(): ReadonlyMap<string, Value> {
    return new Map([...this.#old, ...this.#young]);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }

  /**
   * Forgets what was not used for longest, if there is too much; whether there was. Never called while somebody relies on what was
   * looked up.
   */
  makeRoom(): boolean {
    if (this.#young.size < this.#least) return false;
    this.#old = this.#young;
    this.#young = new Map();
    return true;
  }
}
