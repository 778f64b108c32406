import { stem } from './stem.ts';
import { foldTraditional } from './traditional.ts';
import { KNOWN_HAN_WORDS } from './vocabulary.ts';

/** A word of an alphabet or a number, lower case; `glued` when only a hyphen or the like parts it from the word before. */
export type AlphabeticWord = {
  readonly kind: 'alphabetic';
  readonly surface: string;
  readonly stem: string;
  readonly glued: boolean;
};

/** Chinese characters without a break, folded to simplified. */
export type HanRun = { readonly kind: 'han'; readonly text: string };

export type Word = AlphabeticWord | HanRun;

const LONGEST_WORD = 64;
const LONGEST_KNOWN_WORD = Math.max(...[...KNOWN_HAN_WORDS].map((word) => word.length));
const WORD = /(?<han>\p{Script=Han}+)|\d+\.\d+[a-z]*|[[\p{L}\p{M}\p{N}]--\p{Script=Han}]+/gv;
const SEGMENTER = new Intl.Segmenter('zh', { granularity: 'word' });

/** One spelling for what people type in several: width, case, accents, apostrophes, traditional characters. */
export function normalise(text: string): string {
  const compatible = text
    .toWellFormed()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFKC');
  const unquoted = compatible.toLowerCase().replace(/['’‘`]s(?![\p{L}\p{N}])|(?<=\p{L})['’‘`](?=\p{L})/gu, '');
  return foldTraditional(unquoted);
}

/** The words of a text in order. Chinese comes in runs: where its words begin and end is a second question. */
export function wordsOf(text: string): readonly Word[] {
  return wordsOfNormalised(normalise(text));
}

export function wordsOfNormalised(text: string): readonly Word[] {
  const words: Word[] = [];
  let endOfLast = -1;
  for (const match of text.matchAll(WORD)) {
    if (match.groups?.han !== undefined) {
      words.push({ kind: 'han', text: match[0] });
    } else {
      const surface = [...match[0]].slice(0, LONGEST_WORD).join('');
      const between = text.slice(endOfLast, match.index);
      const glued = words.at(-1)?.kind === 'alphabetic' && /^[-–&+/.]$/.test(between);
      words.push({ kind: 'alphabetic', surface, stem: stem(surface), glued });
    }
    endOfLast = match.index + match[0].length;
  }
  return words;
}

/**
 * The words within a run of Chinese: those of our vocabulary first, longest first, and between them what the Unicode
 * segmenter finds. Nothing is lost: the parts joined are the run.
 */
export function segmentHan(run: string): readonly string[] {
  const characters = [...run];
  const parts: string[] = [];
  let unknown = '';
  const flush = () => {
    if (unknown !== '') for (const { segment } of SEGMENTER.segment(unknown)) parts.push(segment);
    unknown = '';
  };
  for (let start = 0; start < characters.length; ) {
    const known = knownWordAt(characters, start);
    if (known === undefined) {
      unknown += characters[start];
      start += 1;
    } else {
      flush();
      parts.push(known.join(''));
      start += known.length;
    }
  }
  flush();
  return parts;
}

function knownWordAt(characters: readonly string[], start: number): readonly string[] | undefined {
  for (let length = Math.min(LONGEST_KNOWN_WORD, characters.length - start); length > 1; length -= 1) {
    const candidate = characters.slice(start, start + length);
    if (KNOWN_HAN_WORDS.has(candidate.join(''))) return candidate;
  }
  return undefined;
}
