const STATEMENTS_MAX = 1_000;

/**
 * Names of prepared statements, by their text: a text is parsed once per connection. Beyond a bound, which only
 * generated SQL can reach, texts stay unnamed, so that neither side's memory grows for ever.
 */
export class StatementNames {
  readonly #names = new Map<string, string>();

  of(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= STATEMENTS_MAX) return known;
    const name = `s${this.#names.size + 1}`;
    this.#names.set(text, name);
    return name;
  }
}
