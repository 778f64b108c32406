/**
 * A light English stemmer for product names: plurals, possessives, -ing and -ed, and the two spellings of colour.
 * It stops there on purpose. Porter's full algorithm makes "universal" and "university" one word, which helps recall in
 * long prose and puts silly things first in a shop.
 */
const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ['children', 'child'],
  ['feet', 'foot'],
  ['geese', 'goose'],
  ['halves', 'half'],
  ['knives', 'knife'],
  ['leaves', 'leaf'],
  ['lens', 'lens'],
  ['lenses', 'lens'],
  ['loaves', 'loaf'],
  ['men', 'man'],
  ['mice', 'mouse'],
  ['scarves', 'scarf'],
  ['shelves', 'shelf'],
  ['teeth', 'tooth'],
  ['wolves', 'wolf'],
  ['women', 'woman'],
  ['brought', 'bring'],
  ['grown', 'grow'],
  ['ground', 'grind'],
  ['made', 'make'],
  ['woven', 'weave'],
  ['aged', 'age'],
  ['ageing', 'age'],
  ['aging', 'age'],
  ['used', 'use'],
  ['using', 'use'],
  ['canvases', 'canvas'],
]);

/** Words that end like an inflection and are none. */
const WHOLE: ReadonlySet<string> = new Set([
  ...['always', 'bass', 'bus', 'canvas', 'chess', 'gas', 'glass', 'news', 'series', 'species', 'this', 'yes', 'atlas'],
  ...['ceiling', 'during', 'earring', 'evening', 'herring', 'morning', 'nothing', 'pudding', 'sibling', 'something'],
  ...['stocking', 'wedding', 'building', 'clothing', 'hundred', 'naked', 'sacred', 'embed'],
]);

/** The stem of one lower-case word without punctuation: "kettles" → "kettle", "brewing" → "brew", "teas" → "tea". */
export function stem(word: string): string {
  if (!/^[a-z]{3,}$/.test(word)) return word;
  const singular = singularOf(word);
  return americanSpelling(infinitiveOf(singular));
}

function singularOf(word: string): string {
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  if (WHOLE.has(word) || !word.endsWith('s') || /(?:ss|us|is)$/.test(word)) return word;
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}${cookieLike(word) ? 'ie' : 'y'}`;
  if (/(?:x|ch|sh|ss|zz|[bcdfghjklmnpqrtvw]o)es$/.test(word) && word !== 'shoes') return word.slice(0, -2);
  return word.length > 3 || word === 'tvs' ? word.slice(0, -1) : word;
}

/** "cookies" keep their -ie, "berries" become "berry". */
function cookieLike(plural: string): boolean {
  return /^(?:cook|movie|brown|smooth|hood|bean|self|pixi|zomb|gen|cal|good|rook|veg)ies$/.test(plural);
}

function infinitiveOf(word: string): string {
  if (WHOLE.has(word)) return word;
  if (/[a-z]{2}ied$/.test(word)) return `${word.slice(0, -3)}y`;
  const ending = /^(.*)(?:ing|ed)$/.exec(word);
  const base = ending?.[1];
  if (base === undefined || base.length < 3 || !/[aeiouy]/.test(base) || /(?:e|th)$/.test(base)) return word;
  if (/([bdgmnprt])\1$/.test(base) || /[^aeiou]ell$/.test(base)) return restored(base.slice(0, -1), base);
  return needsFinalE(base) ? `${base}e` : base;
}

/** "running" → "run", but "adding" → "add": a doubled consonant is undone unless too little would be left. */
function restored(undoubled: string, doubled: string): string {
  return undoubled.length < 3 ? doubled : undoubled;
}

function needsFinalE(base: string): boolean {
  if (/(?:at|bl|iz|[^aeioun]g|[cvu]|rs|[^aeiou]l|[aeiou]s)$/.test(base) && !/(?:rl|wl|[^aeiou]u)$/.test(base))
    return true;
  // Porter's "short word": one vowel between consonants, as in hik(ing) → hike; w, x and y do not count.
  return /^[^aeiou]*[aeiouy][^aeiouwxy]$/.test(base);
}

/** "colour" and "flavoured" meet "color" and "flavored"; "pour" and "hour" are too short to be meant. */
function americanSpelling(word: string): string {
  if (word.length >= 6 && /[^aeiou]our$/.test(word)) return `${word.slice(0, -3)}or`;
  if (word === 'grey') return 'gray';
  return word;
}
