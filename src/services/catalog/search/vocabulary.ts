import { stem } from './stem.ts';

/**
 * Words of a shop that mean the same thing, and words that say nothing. Groups are applied to the query, so changing
 * them needs no new index. Chinese words are written simplified: queries are folded before they are looked up.
 *
 * A group joins names of one thing ("power bank" is nobody's second choice for 充电宝), never a thing and its kind: with
 * "kettle" and "pot" in one group, whoever asks for a kettle gets a casserole.
 */
const SAME_THING: readonly (readonly string[])[] = [
  ['headphone', 'earphone', 'earbud', 'headset'],
  ['mug', 'cup'],
  ['mug', 'tumbler'],
  ['flask', 'thermos', 'tumbler'],
  ['torch', 'flashlight', 'headlamp'],
  ['headlight', 'headlamp'],
  ['backpack', 'rucksack', 'knapsack'],
  ['present', 'gift'],
  ['child', 'kid'],
  ['notebook', 'notepad', 'journal'],
  ['planner', 'diary', 'agenda'],
  ['speaker', 'loudspeaker'],
  ['light', 'lamp', 'lantern'],
  ['charger', 'adapter', 'adaptor'],
  ['cellphone', 'smartphone', 'phone'],
  ['puer', 'puerh'],
  ['canteen', 'bottle'],
  ['cookbook', 'recipe'],
  ['organiser', 'organizer'],
  ['aluminium', 'aluminum'],
  ['jewellery', 'jewelry'],
  ['礼物', '礼品', '礼盒', '赠礼', '伴手礼'],
  ['充电宝', '移动电源', '行动电源'],
  ['充电器', '充电头', '快充头', '豆腐头'],
  ['音箱', '音响', '喇叭', '扬声器'],
  ['鼠标', '滑鼠'],
  ['笔记本', '记事本', '日记本', '手账', '手帐', '本子'],
  ['笔记本电脑', '笔电', '手提电脑'],
  ['台灯', '桌灯', '书桌灯'],
  ['保温杯', '保温瓶', '保温壶'],
  ['水壶', '水瓶', '水杯'],
  ['电热水壶', '电水壶', '烧水壶', '热水壶', '快煮壶', '开水壶'],
  ['帐篷', '帐棚', '营帐'],
  ['背包', '双肩包', '后背包', '登山包', '书包'],
  ['头灯', '头戴灯'],
  ['露营灯', '营灯', '营地灯'],
  ['菜刀', '三德刀', '厨刀', '主厨刀', '刀具'],
  ['蜡烛', '香熏', '香氛'],
  ['耳机', '耳麦', '耳塞'],
  ['滤杯', '滤器'],
  ['挂耳', '滤挂', '耳挂'],
  ['磨豆机', '研磨机'],
  ['铁锅', '铸铁锅'],
  ['胶带', '胶布'],
  ['杯子', '杯'],
  ['瓶子', '瓶'],
  ['本子', '本'],
  ['盒子', '盒'],
  ['袋子', '袋'],
  ['罐子', '罐'],
  ['椅子', '椅'],
  ['锅子', '锅'],
  ['刀子', '刀'],
  ['灯具', '灯'],
  ['茶叶', '茶'],
  ['图书', '书籍', '书'],
];

/** Words of the trade that the Unicode segmenter's dictionary lacks and would break into single characters. */
const TRADE_WORDS: readonly string[] = [
  ...[
    '咖啡',
    '咖啡豆',
    '咖啡粉',
    '手冲',
    '滤杯',
    '滤纸',
    '磨豆机',
    '分享壶',
    '挂耳',
    '浓缩',
    '意式',
    '拼配',
    '深烘',
    '浅烘',
    '摩卡壶',
    '法压壶',
  ],
  ...[
    '盖碗',
    '公道杯',
    '茶席',
    '茶盘',
    '茶漏',
    '茶饼',
    '紫砂',
    '青瓷',
    '普洱',
    '乌龙',
    '白茶',
    '花茶',
    '龙井',
    '碧螺春',
  ],
  ...['降噪', '头戴', '入耳', '真无线', '蓝牙', '快充', '充电宝', '数据线', '机械键盘', '支架', '保温', '保温杯'],
  ...[
    '铸铁锅',
    '珐琅',
    '蒸笼',
    '砧板',
    '菜刀',
    '香熏',
    '台灯',
    '钢笔',
    '墨水',
    '中性笔',
    '胶带',
    '手账',
    '手帐',
    '点阵',
  ],
  ...['露营', '帐篷', '睡袋', '头灯', '登山', '徒步', '绘本', '拼图', '玩偶', '礼盒', '笔记本', '笔记本电脑', '笔电'],
];

const STOP_WORDS: ReadonlySet<string> = new Set([
  ...[
    'a',
    'an',
    'and',
    'any',
    'as',
    'at',
    'be',
    'best',
    'buy',
    'by',
    'for',
    'from',
    'good',
    'i',
    'in',
    'is',
    'it',
    'me',
  ],
  ...['my', 'nice', 'of', 'on', 'or', 'some', 'that', 'the', 'this', 'to', 'want', 'with', 'your'],
  ...['的', '和', '与', '跟', '及', '或', '了', '给', '送', '用', '在', '是', '有', '我', '要', '买', '想', '个', '好'],
]);

/** Words after which an English name only says what the thing is for: the head noun stands before them. */
export const NAME_PREPOSITIONS: ReadonlySet<string> = new Set([
  ...['about', 'at', 'by', 'featuring', 'for', 'from', 'in', 'inside', 'on', 'through', 'to', 'with', 'without'],
]);

/** Nouns that say how a thing is sold or cut, not what it is: "coffee beans" are coffee, 茶具套装 is 茶具. */
export const TRANSPARENT_NOUNS: readonly string[] = [
  ...['bean', 'leaf', 'set', 'pair', 'kit', 'pack', 'powder', 'bag', 'pearl', 'bundle'],
  ...['套装', '套组', '组合', '茶叶', '豆', '叶', '粉', '饼', '组', '对'],
];

/** Words whose last character misleads: a 滤杯 is no cup and a 手机壳 no shell. They count as heads only whole. */
export const OPAQUE_HAN_WORDS: readonly string[] = [
  '滤杯',
  '公道杯',
  '奖杯',
  '鼠标',
  '手机壳',
  '充电宝',
  '电池',
  '书包',
  '面包',
  '墨水',
  '香水',
];

const SYNONYMS: ReadonlyMap<string, readonly string[]> = synonymsOf(SAME_THING);

/** Chinese words known here, of two characters or more: they are kept whole whatever the segmenter thinks. */
export const KNOWN_HAN_WORDS: ReadonlySet<string> = new Set(
  [...TRADE_WORDS, ...SAME_THING.flat()].filter((word) => word.length > 1 && /^\p{Script=Han}+$/u.test(word)),
);

/** Other words for the same thing, best first; empty for most. `word` is folded, lower case, and stemmed if English. */
export function synonyms(word: string): readonly string[] {
  return SYNONYMS.get(word) ?? [];
}

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}

function synonymsOf(groups: readonly (readonly string[])[]): ReadonlyMap<string, readonly string[]> {
  const others = new Map<string, string[]>();
  for (const group of groups) {
    const words = group.map(stem);
    for (const word of words) {
      const known = others.get(word) ?? [];
      others.set(word, [...new Set([...known, ...words.filter((other) => other !== word)])]);
    }
  }
  return others;
}
