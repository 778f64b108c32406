import { type Token, tokensOf } from './analysis.ts';
import { lexeme, quoted, skuKey, type Weight } from './lexemes.ts';
import { headsOf } from './name.ts';
import { normalise, wordsOf } from './words.ts';

/** What is searched of one product: every field in all the languages it is written in. */
export type SearchableProduct = {
  readonly name: readonly string[];
  readonly category: readonly string[];
  readonly description: readonly string[];
  readonly variants: readonly { readonly sku: string; readonly name: readonly string[] }[];
};

/** Characters of a field that are indexed; the rest can be read but not found. With these the limits of tsvector hold. */
const LONGEST = { name: 300, category: 200, variant: 200, description: 8_000 };
const MOST_VARIANTS = 200;

/** PostgreSQL's: positions reach 16,383, and a lexeme keeps at most 255 of them. */
const LAST_POSITION = 16_383;
const MOST_POSITIONS = 100;

/**
 * The index of a product as text for `::tsvector`: names weigh A, the category B, variants C, descriptions D. Independent
 * of the database's locale and dictionaries.
 */
export function searchDocument(product: SearchableProduct): string {
  const vector = new TextVector();
  for (const name of product.name.map((text) => clip(text, LONGEST.name))) {
    vector.add(tokensOf(wordsOf(name), { joinNeighbours: true }), 'A');
    vector.add(
      headsOf(name).map((head) => ({ lexeme: lexeme.head(head), position: 1 })),
      'A',
    );
    vector.add([{ lexeme: lexeme.name(wholeName(name)), position: 1 }], 'A');
  }
  for (const category of product.category) vector.add(tokensOf(wordsOf(clip(category, LONGEST.category))), 'B');
  for (const variant of product.variants.slice(0, MOST_VARIANTS)) {
    vector.add([{ lexeme: lexeme.sku(skuKey(variant.sku)), position: 1 }], 'C');
    for (const name of variant.name) vector.add(tokensOf(wordsOf(clip(name, LONGEST.variant))), 'C');
  }
  for (const text of product.description) vector.add(tokensOf(wordsOf(clip(text, LONGEST.description))), 'D');
  return vector.toString();
}

/** A name as `=` lexemes have it: its words, whatever stood between them. */
export function wholeName(name: string): string {
  return wordsOf(name)
    .map((word) => (word.kind === 'han' ? word.text : word.stem))
    .join(' ');
}

function clip(text: string, characters: number): string {
  return text.length <= characters ? text : normalise(text.slice(0, characters));
}

/** Collects tokens field by field; each field begins a little after the one before, so that no two of them touch. */
class TextVector {
  readonly #positions = new Map<string, string[]>();
  #offset = 0;

  add(tokens: readonly Token[], weight: Weight): void {
    let last = 0;
    for (const token of tokens) {
      const position = this.#offset + token.position;
      if (position > LAST_POSITION) break;
      last = Math.max(last, token.position);
      this.#append(token.lexeme, `${position}${weight}`);
    }
    this.#offset += last + GAP;
  }

  #append(text: string, position: string): void {
    const positions = this.#positions.get(text);
    if (positions === undefined) this.#positions.set(text, [position]);
    else if (positions.length < MOST_POSITIONS) positions.push(position);
  }

  toString(): string {
    return [...this.#positions].map(([text, positions]) => `${quoted(text)}:${positions.join(',')}`).join(' ');
  }
}

const GAP = 8;
