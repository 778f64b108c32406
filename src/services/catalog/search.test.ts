import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headsOf } from './search/name.ts';
import { stem } from './search/stem.ts';
import { foldTraditional } from './search/traditional.ts';
import { KNOWN_HAN_WORDS } from './search/vocabulary.ts';
import { normalise, segmentHan } from './search/words.ts';
import { analyse, rankExpression, type SearchableProduct, searchDocument, searchQuery } from './search.ts';

const lexemesOf = (text: string) => analyse(text).map((token) => token.lexeme);

const product = (fields: Partial<SearchableProduct>): SearchableProduct => ({
  name: [],
  category: [],
  description: [],
  variants: [],
  ...fields,
});

describe('analysing text', () => {
  test('finds the words of Chinese, and every character and pair of neighbours besides', () => {
    expect(lexemesOf('绿茶杯')).toEqual(expect.arrayContaining(['~绿', '~茶', '~杯', '~绿茶', '~茶杯']));
    expect(segmentHan('手冲咖啡壶')).toEqual(['手冲', '咖啡', '壶']);
  });

  test('gives traditional and simplified characters the same lexemes', () => {
    expect(lexemesOf('藍牙耳機')).toEqual(lexemesOf('蓝牙耳机'));
    expect(lexemesOf('細口手沖壺與濾紙')).toEqual(lexemesOf('细口手冲壶与滤纸'));
    expect(foldTraditional('檯燈、臺北、麵條、裡面、茶盃')).toBe('台灯、台北、面条、里面、茶杯');
  });

  test('folds each character to one that stays as it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0x4e00, max: 0x9fff }).map((code) => String.fromCodePoint(code)) }),
        (text) => {
          const folded = foldTraditional(text);
          expect(foldTraditional(folded)).toBe(folded);
          expect(folded).toHaveLength(text.length);
        },
      ),
    );
  });

  test('knows its own vocabulary in the characters that texts are folded to', () => {
    for (const word of KNOWN_HAN_WORDS) expect(foldTraditional(word)).toBe(word);
  });

  test('takes width, case, accents and apostrophes for what they are: spelling', () => {
    expect(normalise('ＴＥＡ　Café')).toBe('tea cafe');
    expect(lexemesOf("Pu'er")).toEqual(lexemesOf('puer'));
    expect(lexemesOf('Traveller’s Notebook')).toEqual(lexemesOf('traveller notebook'));
  });

  test('keeps the words of one alphabet apart from the Chinese they stand in', () => {
    expect(lexemesOf('65W充电器')).toEqual(expect.arrayContaining(['65w', '~充电', '~电器']));
    expect(lexemesOf('V60 滤纸')).toContain('v60');
  });

  test('knows hyphenated words and measures as one word too', () => {
    expect(lexemesOf('Pour-Over')).toEqual(expect.arrayContaining(['pour', 'over', '~pourover']));
    expect(lexemesOf('500 ml')).toContain('~500ml');
  });

  test('counts Chinese by character and other text by word', () => {
    const positions = analyse('tea 茶具 cup').filter(({ lexeme }) => ['tea', '~茶', '~具', 'cup'].includes(lexeme));
    expect(positions.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
  });
});

describe('stems', () => {
  test.each([
    ['teas', 'tea'],
    ['kettles', 'kettle'],
    ['boxes', 'box'],
    ['glasses', 'glass'],
    ['batteries', 'battery'],
    ['cookies', 'cookie'],
    ['knives', 'knife'],
    ['leaves', 'leaf'],
    ['lenses', 'lens'],
    ['brewing', 'brew'],
    ['hiking', 'hike'],
    ['running', 'run'],
    ['charged', 'charge'],
    ['insulated', 'insulate'],
    ['dried', 'dry'],
    ['flavoured', 'flavor'],
    ['colours', 'color'],
  ])('%s is %s', (word, expected) => {
    expect(stem(word)).toBe(expected);
    expect(stem(expected)).toBe(expected);
  });

  test.each([
    'tea',
    'team',
    'steam',
    'ring',
    'spring',
    'earring',
    'seed',
    'glass',
    'wireless',
    'pour',
    'canvas',
    '65w',
    '茶',
  ])('%s is left alone', (word) => {
    expect(stem(word)).toBe(word);
  });
});

describe('what a name says the thing is', () => {
  test.each([
    ['西湖龙井 明前绿茶', ['茶', '绿茶', '龙井']],
    ['West Lake Longjing Green Tea', ['tea', 'green tea']],
    ['Walnut Headphone Stand', ['stand', 'headphone stand']],
    ['Kettle for Tea', ['kettle']],
    ['Set of Two Cups', ['cup', 'two cup']],
    ['Coffee Beans', ['bean', 'coffee bean', 'coffee']],
    ['云南小粒咖啡豆', ['咖啡豆', '咖啡']],
    ['旅行茶具套装（含茶杯）', ['茶具', '茶具套装']],
    ['Wired In-Ear Earphones', ['earphone', 'ear earphone']],
  ])('%s', (name, expected) => {
    expect(headsOf(name)).toEqual(expect.arrayContaining(expected));
  });

  test.each([
    ['Walnut Headphone Stand', 'headphone'],
    ['Kettle for Tea', 'tea'],
    ['胡桃木耳机支架', '耳机'],
    ['旅行茶具套装（含茶杯）', '茶杯'],
    ['An Illustrated Handbook of Chinese Tea', 'tea'],
    ['《读懂一壶茶》', '茶'],
    ['陶瓷手冲滤杯', '杯'],
  ])('%s is no %s', (name, other) => {
    expect(headsOf(name)).not.toContain(other);
  });
});

describe('the document of a product', () => {
  test('weighs names above categories, variants and descriptions', () => {
    const document = searchDocument(
      product({
        name: ['Kettle'],
        category: ['Coffee'],
        variants: [{ sku: 'KET-1', name: ['black'] }],
        description: ['steel'],
      }),
    );
    const entries = Object.fromEntries(document.split(' ').map((entry) => entry.split(':') as [string, string]));
    expect(entries["'kettle'"]).toMatch(/^\d+A$/);
    expect(entries["'coffee'"]).toMatch(/^\d+B$/);
    expect(entries["'black'"]).toMatch(/^\d+C$/);
    expect(entries["'#ket-1'"]).toMatch(/^\d+C$/);
    expect(entries["'steel'"]).toMatch(/^\d+D$/);
  });

  test('is empty for a product without words', () => {
    expect(searchDocument(product({ description: ['…', ''] }))).toBe('');
  });

  test('quotes what a merchant may put into a SKU', () => {
    const document = searchDocument(product({ variants: [{ sku: "a'b\\c\0 d", name: [] }] }));
    expect(document).toMatch(/^'#a''b\\\\c d':\d+C$/);
  });

  test('never throws, whatever the texts are', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(text, text, text, (name, description, sku) => {
        expect(
          searchDocument(product({ name: [name], description: [description], variants: [{ sku, name: [name] }] })),
        ).not.toContain('\0');
      }),
    );
  });
});

describe('a query', () => {
  test.each(['', '   ', '?!', "'\\&|", '\0', '🍵'])('without words is nothing asked: %j', (text) => {
    expect(searchQuery(text)).toBeNull();
  });

  test('does not take what a person types for operators', () => {
    const plain = searchQuery('tea kettle');
    expect(searchQuery('tea & | ! <-> (kettle')?.levels.map(withoutSku)).toEqual(plain?.levels.map(withoutSku));
  });

  test('is cut where nobody types on', () => {
    const long = searchQuery(`茶壶 ${'tea '.repeat(10_000)}`);
    expect(JSON.stringify(long).length).toBeLessThan(20_000);
  });

  test('asks for beginnings only while the last word is being typed', () => {
    expect(searchQuery('head')?.levels[0]).toContain("'~head':*A");
    expect(searchQuery('head ')?.levels[0]).not.toContain(':*');
    expect(searchQuery('head phones')?.levels[0]).not.toContain("'~head':*");
  });

  test('does not take a short word for the beginning of another', () => {
    expect(searchQuery('tea')?.levels[0]).not.toContain(':*');
  });

  test('has the same words in either script and in any number', () => {
    expect(searchQuery('藍牙耳機')?.levels.map(withoutSku)).toEqual(searchQuery('蓝牙耳机')?.levels.map(withoutSku));
    expect(searchQuery('藍牙耳機')?.ranking.slice(1)).toEqual(searchQuery('蓝牙耳机')?.ranking.slice(1));
    expect(searchQuery('Green Teas')?.ranking[1]).toBe(searchQuery('green tea')?.ranking[1]);
  });

  test('never throws, and has a ranking for each step', () => {
    const steps = rankExpression('d', 'r').match(/asked\[\d+\]/g)?.length;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const query = searchQuery(text);
        expect(query === null || query.ranking.length === steps).toBe(true);
        expect(query?.levels.every((level) => level !== '' && !level.includes('\0')) ?? true).toBe(true);
      }),
    );
  });
});

/** The SKU alternative holds the text as typed; the rest must not depend on punctuation. */
function withoutSku(level: string): string {
  return level.replace(/ \| '#(?:[^']|'')*'$/, '');
}
