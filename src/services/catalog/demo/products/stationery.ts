import type { DemoProduct } from '../product.ts';

export const stationery: readonly DemoProduct[] = [
  {
    slug: 'dotted-notebook',
    category: 'stationery',
    texts: {
      'zh-CN': {
        name: 'A5 布面点阵笔记本',
        description: '100 克道林纸，钢笔不洇不透，180 度摊平。布面硬壳，用旧了更好看。',
      },
      'zh-TW': {
        name: 'A5 布面點陣筆記本',
        description: '100 磅道林紙，鋼筆書寫不暈不透，可 180 度攤平。布面硬殼，用舊了更有味道。',
      },
      en: {
        name: 'Cloth-Bound A5 Dotted Notebook',
        description:
          'Heavy paper that takes fountain pen ink without bleeding, in a cloth cover that looks better with use. Lies flat at any page.',
      },
    },
    images: ['dotted-notebook.svg'],
    variants: [
      {
        sku: 'STA-NB-BL',
        names: { 'zh-CN': '靛蓝', 'zh-TW': '靛藍', en: 'Indigo' },
        price: 4900n,
        onHand: 280,
      },
      {
        sku: 'STA-NB-OC',
        names: { 'zh-CN': '赭石', 'zh-TW': '赭石', en: 'Ochre' },
        price: 4900n,
        onHand: 240,
      },
    ],
  },
  {
    slug: 'leather-travel-notebook',
    category: 'stationery',
    texts: {
      'zh-CN': {
        name: '真皮旅行笔记本',
        description: '植鞣牛皮封套，三本内页随时更换，登机牌、票根都能夹进去。带着它走得越远，皮色越深。',
      },
      'zh-TW': {
        name: '真皮旅行筆記本',
        description: '植鞣牛皮封套，三本內頁可隨時替換，登機證、票根都能夾進去。帶著它走得越遠，皮色越深。',
      },
      en: {
        name: "Leather Traveller's Notebook",
        description:
          'A vegetable-tanned cover that holds three refills and whatever tickets you collect. The further it goes, the darker it gets.',
      },
    },
    images: ['leather-travel-notebook.svg'],
    variants: [
      {
        sku: 'STA-LTN-BR',
        names: { 'zh-CN': '原色', 'zh-TW': '原色', en: 'Natural' },
        price: 16800n,
        onHand: 66,
      },
    ],
  },
  {
    slug: 'brass-fountain-pen',
    category: 'stationery',
    texts: {
      'zh-CN': {
        name: '黄铜钢笔',
        description: '整根黄铜车成，握着有分量，笔尖顺滑不刮纸。铜会慢慢变色，那是你的手写出来的。',
      },
      'zh-TW': {
        name: '黃銅鋼筆',
        description: '以整支黃銅車製，握感沉穩，筆尖滑順不刮紙。黃銅會慢慢變色，那是你親手寫出來的痕跡。',
      },
      en: {
        name: 'Brass Fountain Pen',
        description:
          'Turned from solid brass, with a weight you notice and a nib you do not. The metal darkens where you hold it.',
      },
    },
    images: ['brass-fountain-pen.svg'],
    variants: [
      {
        sku: 'STA-FP-EF',
        names: { 'zh-CN': 'EF 尖', 'zh-TW': 'EF 尖', en: 'EF nib' },
        price: 19900n,
        onHand: 74,
      },
      {
        sku: 'STA-FP-F',
        names: { 'zh-CN': 'F 尖', 'zh-TW': 'F 尖', en: 'F nib' },
        price: 19900n,
        onHand: 81,
      },
    ],
  },
  {
    slug: 'bottled-ink',
    category: 'stationery',
    texts: {
      'zh-CN': {
        name: '彩色钢笔墨水 30 毫升',
        description: '染料型墨水，流动性好，不堵笔，干得快。颜色取自二十四节气。',
      },
      'zh-TW': {
        name: '彩色鋼筆墨水 30 毫升',
        description: '染料型墨水，流動性佳、不易堵筆，乾得也快。色彩取自二十四節氣。',
      },
      en: {
        name: 'Bottled Fountain Pen Ink',
        description:
          'Dye ink that flows well, dries fast and rinses out. The colours are named after the solar terms. 30 ml.',
      },
    },
    images: ['bottled-ink.svg'],
    variants: [
      {
        sku: 'STA-INK-GY',
        names: { 'zh-CN': '谷雨绿', 'zh-TW': '穀雨綠', en: 'Grain Rain green' },
        price: 3900n,
        onHand: 150,
      },
      {
        sku: 'STA-INK-DX',
        names: { 'zh-CN': '大雪蓝', 'zh-TW': '大雪藍', en: 'Great Snow blue' },
        price: 3900n,
        onHand: 145,
      },
    ],
  },
  {
    slug: 'gel-pens',
    category: 'stationery',
    texts: {
      'zh-CN': {
        name: '按动中性笔 10 支装',
        description: '0.5 毫米子弹头，写着顺，速干不蹭手。黑色为主，配红蓝各一支。',
      },
      'zh-TW': {
        name: '按壓式中性筆 10 入',
        description: '0.5 mm 子彈型筆尖，書寫滑順、速乾不沾手。以黑色為主，紅、藍各一支。',
      },
      en: {
        name: 'Retractable Gel Pens, Set of Ten',
        description: 'A 0.5 mm tip, smooth and quick to dry. Eight black, one red, one blue.',
      },
    },
    images: ['gel-pens.svg'],
    variants: [
      {
        sku: 'STA-GEL-10',
        names: { 'zh-CN': '10 支', 'zh-TW': '10 支', en: 'Ten pens' },
        price: 2500n,
        onHand: 480,
      },
    ],
  },
  {
    slug: 'washi-tape-set',
    category: 'stationery',
    texts: {
      'zh-CN': {
        name: '和纸胶带 六卷套装',
        description: '山水、草木、格纹共六卷，撕下来不留胶，贴手账、封信封都好用。',
      },
      'zh-TW': {
        name: '和紙膠帶 六入組',
        description: '山水、草木、格紋共六捲，撕下不留殘膠，裝飾手帳、封信封都好用。',
      },
      en: {
        name: 'Washi Tape Set, Six Rolls',
        description:
          'Hills, leaves and checks on paper tape that tears by hand and peels off clean. For journals, parcels and envelopes.',
      },
    },
    images: ['washi-tape-set.svg'],
    variants: [
      {
        sku: 'STA-WSH-06',
        names: { 'zh-CN': '山水系列', 'zh-TW': '山水系列', en: 'Landscape series' },
        price: 3600n,
        onHand: 260,
      },
    ],
  },
  {
    slug: 'weekly-planner',
    category: 'stationery',
    texts: {
      'zh-CN': {
        name: '不填日期的周计划本',
        description: '一周两页，左边安排时间，右边随便写。没有印日期，哪天开始都不算晚。',
      },
      'zh-TW': {
        name: '不限日期週計畫本',
        description: '一週兩頁，左頁安排時間，右頁自由書寫。不印日期，哪天開始都不嫌晚。',
      },
      en: {
        name: 'Undated Weekly Planner',
        description:
          'A week on two pages: hours on the left, room to think on the right. There are no dates, so any Monday will do.',
      },
    },
    images: ['weekly-planner.svg'],
    variants: [
      {
        sku: 'STA-PLN-WK',
        names: { 'zh-CN': '54 周', 'zh-TW': '54 週', en: '54 weeks' },
        price: 5900n,
        onHand: 135,
      },
    ],
    offSale: true,
  },
];
