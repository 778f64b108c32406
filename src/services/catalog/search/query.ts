import { gramsOf } from './analysis.ts';
import { wholeName } from './document.ts';
import { lexeme, quoted, skuKey } from './lexemes.ts';
import { headPhrase } from './name.ts';
import { isStopWord, synonyms } from './vocabulary.ts';
import { type AlphabeticWord, normalise, segmentHan, type Word, wordsOf } from './words.ts';

/**
 * A search as texts for `::tsquery`. All are well-formed and none is empty, whatever was typed.
 *
 * `levels` go from strict to lenient: a store asks the first, and the next one only if that found nothing.
 * `ranking` is the array that `rankExpression` wants as its parameter; it is the same for all levels.
 */
export type SearchQuery = { readonly levels: readonly string[]; readonly ranking: readonly string[] };

/** What one wanted word is in the index. */
type Unit =
  | { readonly kind: 'han'; readonly text: string }
  | {
      readonly kind: 'alphabetic';
      readonly word: AlphabeticWord;
      readonly joined: readonly string[];
      readonly typing: boolean;
    };

const LONGEST_QUERY = 200;
const MOST_UNITS = 16;

/** Shorter beginnings say too little: "tea" must not find teak and team. */
const SHORTEST_PREFIX = 4;
const SHORTEST_LENIENT_PREFIX = 2;

/** Null if the text has no words: nothing was asked, which is another thing than nothing found. */
export function searchQuery(text: string): SearchQuery | null {
  const typed = text.slice(0, LONGEST_QUERY);
  const words = wordsOf(typed);
  const units = unitsOf(words, /[\p{L}\p{N}]$/u.test(normalise(typed)));
  const first = units[0];
  if (first === undefined) return null;
  const sku = quoted(lexeme.sku(skuKey(typed)));
  const all = allOf(units.map((unit) => strictly(unit)));
  const strict = `${all} | ${sku}`;
  const beginnings = allOf(units.map((unit) => leniently(unit)));
  const any = anyOf(units.map((unit) => loosely(unit)));
  return { levels: [...new Set([strict, beginnings, any])], ranking: rankingOf(typed, words, units, all) };
}

function unitsOf(words: readonly Word[], typing: boolean): readonly Unit[] {
  const units = words.flatMap((word, index): Unit[] => {
    if (word.kind === 'han') return hanWords(word.text).map((part) => ({ kind: 'han', text: part }));
    const isLast = index === words.length - 1;
    return [
      {
        kind: 'alphabetic',
        word,
        joined: joinedWith(word, words[index - 1], words[index + 1]),
        typing: typing && isLast,
      },
    ];
  });
  const meant = units.filter((unit) => !isStopWord(unit.kind === 'han' ? unit.text : unit.word.surface));
  return (meant.length > 0 ? meant : units).slice(0, MOST_UNITS);
}

/** Segments, with neighbouring single characters put together again: the segmenter did not know that word. */
function hanWords(run: string): readonly string[] {
  const parts: string[] = [];
  let unknown = '';
  for (const segment of [...segmentHan(run), '']) {
    if ([...segment].length === 1 && !isStopWord(segment)) {
      unknown += segment;
      continue;
    }
    if (unknown !== '') parts.push(unknown);
    if (segment !== '') parts.push(segment);
    unknown = '';
  }
  return parts;
}

/** "tea pot" may be written teapot, and "500 ml" 500ml. */
function joinedWith(word: AlphabeticWord, before: Word | undefined, after: Word | undefined): readonly string[] {
  const joined: string[] = [];
  if (before?.kind === 'alphabetic') joined.push(before.surface + word.stem);
  if (after?.kind === 'alphabetic') joined.push(word.surface + after.stem);
  return joined;
}

/** The word itself, another for the same thing, or a longer one in a name that begins so (found, but ranked last). */
function strictly(unit: Unit): string {
  const isBeginning = unit.kind === 'alphabetic' && unit.typing && unit.word.surface.length >= SHORTEST_PREFIX;
  return isBeginning ? anyOf([meant(unit), beginning(unit.word.surface, 'A')]) : meant(unit);
}

function meant(unit: Unit, weights = ''): string {
  if (unit.kind === 'han') return anyOf([grams(unit.text, weights), ...others(unit.text, weights)]);
  const terms = [unit.word.stem, ...unit.joined];
  return anyOf(
    terms.flatMap((term) => [
      labelled(lexeme.word(term), weights),
      labelled(lexeme.gram(term), weights),
      ...others(term, weights),
    ]),
  );
}

/** As strictly, or: the last word has only just been begun; a name has all characters of a Chinese word, but apart. */
function leniently(unit: Unit): string {
  if (unit.kind === 'han') {
    const apart = [...unit.text].map((character) => labelled(lexeme.gram(character), 'A'));
    return anyOf([strictly(unit), allOf(apart)]);
  }
  const { surface } = unit.word;
  const isBeginning = unit.typing && surface.length >= SHORTEST_LENIENT_PREFIX;
  return isBeginning ? anyOf([strictly(unit), beginning(surface, '')]) : strictly(unit);
}

/** For "any of the words": what is too short to mean much alone counts only in names. */
function loosely(unit: Unit): string {
  const length = unit.kind === 'han' ? [...unit.text].length * 2 : unit.word.surface.length;
  return length <= 2 ? meant(unit, 'A') : meant(unit);
}

/**
 * Other words for the same thing count in names and categories alone (a description's "cup" makes nothing a mug), and as
 * words: 笔记本电脑 is no 手账, though 笔记本 is one and begins it.
 */
function others(term: string, weights: string): readonly string[] {
  return synonyms(term).map((other) => {
    const isOneCharacter = /^\p{Script=Han}$/u.test(other);
    return labelled(isOneCharacter ? lexeme.gram(other) : lexeme.word(other), weights || 'AB');
  });
}

function grams(text: string, weights: string): string {
  return allOf(gramsOf(text).map((gram) => labelled(lexeme.gram(gram), weights)));
}

function labelled(text: string, weights: string): string {
  return weights === '' ? quoted(text) : `${quoted(text)}:${weights}`;
}

function beginning(surface: string, weights: string): string {
  return `${quoted(lexeme.gram(surface))}:*${weights}`;
}

function allOf(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' & ')})`;
}

function anyOf(parts: readonly string[]): string {
  const distinct = [...new Set(parts)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `(${distinct.join(' | ')})`;
}

/** In the order of the steps of `rankExpression`. */
function rankingOf(typed: string, words: readonly Word[], units: readonly Unit[], all: string): readonly string[] {
  const last = headUnit(words, units);
  const whole = wholeHeads(units).map((head) => quoted(lexeme.head(head)));
  const head = [last, ...synonyms(last)].map((term) => quoted(lexeme.head(term)));
  return [
    anyOf([quoted(lexeme.name(wholeName(typed))), quoted(lexeme.sku(skuKey(typed)))]),
    anyOf(whole),
    allOf([anyOf(head), all]),
    allOf(units.map((unit) => meant(unit, 'A'))),
    phraseOf(units),
    allOf(units.map((unit) => meant(unit, 'AB'))),
    anyOf(units.flatMap((unit) => termsOf(unit))),
  ];
}

/** The words side by side and in order, anywhere: "green tea" is not the green apple that a tea tastes of. */
function phraseOf(units: readonly Unit[]): string {
  let phrase = '';
  let distance = 0;
  for (const unit of units) {
    const terms = unit.kind === 'han' ? gramsOf(unit.text).map(lexeme.gram) : [lexeme.word(unit.word.stem)];
    for (const term of terms) {
      phrase += phrase === '' ? quoted(term) : ` <${distance}> ${quoted(term)}`;
      distance = 1;
    }
    // A gram of two characters stands at the first of them, so the word after it is two further on.
    if (unit.kind === 'han' && [...unit.text].length > 1) distance = 2;
  }
  return phrase;
}

/** The wanted thing: the last word, or of "kettle for tea" the kettle. */
function headUnit(words: readonly Word[], units: readonly Unit[]): string {
  const phrase = headPhrase(words);
  const last = phrase.at(-1);
  if (phrase.length < words.length && last?.kind === 'alphabetic') return last.stem;
  const unit = units.at(-1);
  if (unit === undefined) return '';
  return unit.kind === 'han' ? unit.text : unit.word.stem;
}

/** All words together as the end of a name: "green tea"; 手冲 and 壶 as 手冲壶. */
function wholeHeads(units: readonly Unit[]): readonly string[] {
  const terms = units.map((unit) => (unit.kind === 'han' ? unit.text : unit.word.stem));
  return [...new Set([terms.join(' '), units.every((unit) => unit.kind === 'han') ? terms.join('') : terms.join(' ')])];
}

function termsOf(unit: Unit): readonly string[] {
  if (unit.kind === 'alphabetic') {
    return [quoted(lexeme.word(unit.word.stem)), quoted(lexeme.gram(unit.word.stem))];
  }
  return [quoted(lexeme.word(unit.text)), ...gramsOf(unit.text).map((gram) => quoted(lexeme.gram(gram)))];
}

/** Weights of description, variants, category and name, in the order ts_rank takes them. */
const WEIGHTS = "'{0.1, 0.3, 0.5, 1}'";

/**
 * SQL for the rank of a row, a double precision to order by, descending. `document` is the tsvector column, `ranking`
 * an expression of type tsquery[] (a parameter cast, `$2::tsquery[]`) bound to `SearchQuery.ranking`.
 *
 * Each step is worth more than all that ts_rank may add (it stays below 1), so that a person sees first the very name or
 * SKU, then things which are what was asked (their names end so), things named after it, things of its category, and
 * last those whose descriptions mention it.
 */
export function rankExpression(document: string, ranking: string): string {
  const steps = [16, 5, 4, 2, 1.5, 1].map((worth, index) => `${worth} * (document @@ asked[${index + 1}])::int`);
  const frequency = `ts_rank(${WEIGHTS}, document, asked[${steps.length + 1}], 32)`;
  // A document is long enough to be stored out of line; copied here it is fetched once, not once for each step.
  const copied = `SELECT ts_filter(${document}, '{a,b,c,d}') AS document, ${ranking} AS asked OFFSET 0`;
  return `(SELECT (${steps.join(' + ')} + ${frequency})::double precision FROM (${copied}) AS ranked)`;
}
