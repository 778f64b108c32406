import { lexeme } from './lexemes.ts';
import { segmentHan, type Word, wordsOf } from './words.ts';

/** A lexeme and where it stands: Chinese counts by character, other text by word, from 1. */
export type Token = { readonly lexeme: string; readonly position: number };

/** All lexemes by which a text can be found, without those which only names have. */
export function analyse(text: string): readonly Token[] {
  return tokensOf(wordsOf(text));
}

/** As `analyse`; in names any two neighbours may be written as one word, elsewhere only "pour-over" and "500 ml". */
export function tokensOf(words: readonly Word[], { joinNeighbours = false } = {}): readonly Token[] {
  const tokens: Token[] = [];
  let position = 1;
  words.forEach((word, index) => {
    if (word.kind === 'han') {
      tokens.push(...hanTokens(word.text, position));
      position += [...word.text].length;
      return;
    }
    tokens.push({ lexeme: lexeme.word(word.stem), position }, { lexeme: lexeme.gram(word.surface), position });
    const before = words[index - 1];
    if (before?.kind === 'alphabetic' && (joinNeighbours || word.glued || /^[\d.]+$/.test(before.surface))) {
      tokens.push({ lexeme: lexeme.gram(before.surface + word.stem), position });
    }
    position += 1;
  });
  return tokens;
}

function hanTokens(run: string, start: number): readonly Token[] {
  const tokens: Token[] = [];
  let position = start;
  for (const segment of segmentHan(run)) {
    tokens.push({ lexeme: lexeme.word(segment), position });
    position += [...segment].length;
  }
  const characters = [...run];
  characters.forEach((character, index) => {
    tokens.push({ lexeme: lexeme.gram(character), position: start + index });
    const next = characters[index + 1];
    if (next !== undefined) tokens.push({ lexeme: lexeme.gram(character + next), position: start + index });
  });
  return tokens;
}

/** Neighbouring characters; of a single character, itself. Whatever contains `text` contains all of these. */
export function gramsOf(text: string): readonly string[] {
  const characters = [...text];
  if (characters.length === 1) return [text];
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}
