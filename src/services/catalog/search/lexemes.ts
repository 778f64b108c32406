/**
 * What stands in the index. One tsvector holds lexemes of several kinds, told apart by their first character, so that
 * one GIN index answers all questions and no PostgreSQL dictionary or locale has a say:
 *
 *     茶具, kettle   a word: a segment of Chinese, or the stem of an English word
 *     ~茶, ~茶具     a gram: one Chinese character, or two neighbours; finds what the segmenter cut differently
 *     ~kettles       a word as it is written (for prefixes), or two joined ("power bank" → ~powerbank)
 *     ^茶, ^green tea   how a name ends, which says what the thing is (names only)
 *     =龙井绿茶      a whole name
 *     #tea-lj-100    a SKU
 */
export type Weight = 'A' | 'B' | 'C' | 'D';

export const lexeme = {
  word: (text: string) => text,
  gram: (text: string) => `~${text}`,
  head: (text: string) => `^${text}`,
  name: (text: string) => `=${text}`,
  sku: (text: string) => `#${text}`,
};

/** Far below PostgreSQL's 2,046 bytes, whatever script the characters are of. */
const LONGEST_LEXEME = 300;

/** A lexeme as tsvector and tsquery input read it: quoted, quotes and backslashes doubled, NUL left out. */
export function quoted(text: string): string {
  const safe = text.toWellFormed().replaceAll('\0', '').slice(0, LONGEST_LEXEME).toWellFormed();
  return `'${safe.replace(/['\\]/g, '$&$&')}'`;
}

/** SKUs compare without regard to case and surrounding space. */
export function skuKey(sku: string): string {
  return sku.toWellFormed().normalize('NFKC').trim().toLowerCase();
}
