import { NAME_PREPOSITIONS, OPAQUE_HAN_WORDS, TRANSPARENT_NOUNS } from './vocabulary.ts';
import { type HanRun, normalise, type Word, wordsOfNormalised } from './words.ts';

const LONGEST_HAN_HEAD = 8;
const LONGEST_ENGLISH_HEAD = 4;
const TRANSPARENT_ENGLISH: ReadonlySet<string> = new Set(TRANSPARENT_NOUNS);
const TRANSPARENT_HAN = TRANSPARENT_NOUNS.filter((noun) => /\p{Script=Han}/u.test(noun));

/**
 * What a product's name says the product is: every way in which one of its phrases ends. 西湖龙井绿茶 is 茶 and 绿茶, not
 * 西湖; "Walnut Headphone Stand" is a stand; "Kettle for Tea" is a kettle; "Coffee Beans" are beans and coffee both, as
 * 咖啡豆 are 咖啡. What stands in brackets is an aside, and the title of a book says nothing:
 * 《读懂一壶茶》 is not tea.
 */
export function headsOf(name: string): readonly string[] {
  const heads = new Set<string>();
  for (const phrase of phrasesOf(name)) {
    const words = wordsOfNormalised(phrase);
    words.forEach((word, index) => {
      const next = words[index + 1];
      if (word.kind === 'han' && (next === undefined || isApart(phrase, word))) addHanHeads(word.text, heads);
    });
    if (words.at(-1)?.kind === 'alphabetic') addEnglishHeads(words, heads);
  }
  return [...heads];
}

function phrasesOf(name: string): readonly string[] {
  return normalise(name)
    .replace(/[([{（【「『〔《].*?[)\]}）】」』〕》]/gu, ' , ')
    .split(/[,;:!?|·•、，。；：！？]|\s[-–—/]\s|—+/u);
}

/** A run of Chinese followed by a space ends a phrase of its own: 云杉 蓝牙耳机 黑色. */
function isApart(phrase: string, run: HanRun): boolean {
  return phrase.includes(`${run.text} `);
}

function addHanHeads(run: string, heads: Set<string>): void {
  let rest = [...run];
  for (let stripped = 0; stripped <= 2 && rest.length > 0; stripped += 1) {
    const text = rest.join('');
    const opaque = OPAQUE_HAN_WORDS.find((word) => text.endsWith(word));
    const shortest = opaque === undefined ? 1 : opaque.length;
    for (let length = shortest; length <= Math.min(LONGEST_HAN_HEAD, rest.length); length += 1) {
      heads.add(rest.slice(-length).join(''));
    }
    const transparent = TRANSPARENT_HAN.find((noun) => text.endsWith(noun) && text.length > noun.length);
    if (transparent === undefined) return;
    rest = rest.slice(0, rest.length - [...transparent].length);
  }
}

function addEnglishHeads(words: readonly Word[], heads: Set<string>): void {
  const stems = headPhrase(words).map(termOf);
  let end = stems.length;
  for (let stripped = 0; stripped <= 2 && end > 0; stripped += 1) {
    for (let length = 1; length <= Math.min(LONGEST_ENGLISH_HEAD, end); length += 1) {
      heads.add(stems.slice(end - length, end).join(' '));
    }
    if (!TRANSPARENT_ENGLISH.has(stems[end - 1] ?? '')) return;
    end -= 1;
  }
}

/** Cut to what is named: "kettle for tea" → kettle; "set of two cups" → two cups; "guide of the valley" → guide. */
export function headPhrase(words: readonly Word[]): readonly Word[] {
  const of = words.findIndex((word, index) => index > 0 && termOf(word) === 'of');
  if (of > 0) {
    const before = termOf(words[of - 1]);
    const isQuantity = TRANSPARENT_ENGLISH.has(before) || before === 'box';
    return headPhrase(isQuantity ? words.slice(of + 1) : words.slice(0, of));
  }
  const preposition = words.findIndex((_, index) => index > 0 && isPreposition(words, index));
  return preposition === -1 ? words : words.slice(0, preposition);
}

/** The "in" of "in-ear" is part of a word. */
function isPreposition(words: readonly Word[], index: number): boolean {
  const [word, next] = [words[index], words[index + 1]];
  if (word?.kind !== 'alphabetic' || word.glued || (next?.kind === 'alphabetic' && next.glued)) return false;
  return NAME_PREPOSITIONS.has(word.surface);
}

function termOf(word: Word | undefined): string {
  if (word === undefined) return '';
  return word.kind === 'alphabetic' ? word.stem : word.text;
}
