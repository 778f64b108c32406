const STATEMENTS_MAX = 1_000;

/**
 * Names of prepared statements, by their text and by the role whose names they are meant in: each is parsed once per connection.
 * Beyond a bound, which only generated SQL can reach, texts stay unnamed, so that neither side's memory grows for ever.
 */
export class StatementNames {
  readonly #names = new Map<string, Map<string, string>>();
  #count = 0;

  of(text: string, role = ''): string | undefined {
    let names = this.#names.get(role);
    if (!names) {
      names = new Map();
      this.#names.set(role, names);
    }
    const known = names.get(text);
    if (known !== undefined || this.#count >= STATEMENTS_MAX) return known;
    this.#count += 1;
    const name = `s${this.#count}`;
    names.set(text, name);
    return name;
  }
}
