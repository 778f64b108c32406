import type { DemoProduct } from '../product.ts';

export const books: readonly DemoProduct[] = [
  {
    slug: 'chinese-tea-handbook',
    category: 'books',
    texts: {
      'zh-CN': {
        name: '《中国茶图解手册》',
        description: '从六大茶类讲到一杯茶怎么泡，两百张手绘插图，翻到哪页都能读。给刚开始喝茶的人。',
      },
      'zh-TW': {
        name: '《中國茶圖解手冊》',
        description: '從六大茶類談到一杯茶怎麼泡，兩百張手繪插圖，翻到哪頁都能讀。獻給剛開始喝茶的人。',
      },
      en: {
        name: 'An Illustrated Handbook of Chinese Tea',
        description:
          'A book for beginners: the six families of tea, how they are made and how to brew them, in two hundred drawings. Chinese and English.',
      },
    },
    images: ['chinese-tea-handbook.svg'],
    variants: [
      {
        sku: 'BOK-TEA-PB',
        names: { 'zh-CN': '平装', 'zh-TW': '平裝', en: 'Paperback' },
        price: 5800n,
        onHand: 160,
      },
      {
        sku: 'BOK-TEA-HC',
        names: { 'zh-CN': '精装', 'zh-TW': '精裝', en: 'Hardback' },
        price: 8800n,
        onHand: 70,
      },
    ],
  },
  {
    slug: 'home-brewing-book',
    category: 'books',
    texts: {
      'zh-CN': {
        name: '《在家冲好一杯咖啡的方法》',
        description: '一位咖啡师写给朋友的十二封信：水、粉、时间和耐心。书后附冲煮记录表。',
      },
      'zh-TW': {
        name: '《在家沖好一杯咖啡的方法》',
        description: '一位咖啡師寫給朋友的十二封信：水、粉、時間與耐心。書末附沖煮紀錄表。',
      },
      en: {
        name: 'Twelve Letters on Brewing at Home',
        description:
          'A barista writes to a friend about water, coffee, time and patience. A book to read once and then keep by the scale. In Chinese.',
      },
    },
    images: ['home-brewing-book.svg'],
    variants: [
      {
        sku: 'BOK-BREW-PB',
        names: { 'zh-CN': '平装', 'zh-TW': '平裝', en: 'Paperback' },
        price: 4900n,
        onHand: 120,
      },
    ],
  },
  {
    slug: 'solar-terms-picture-book',
    category: 'books',
    texts: {
      'zh-CN': {
        name: '《二十四节气》儿童绘本',
        description: '二十四幅对开水彩，二十四个小故事，讲田里、树上和饭桌上的一年。适合 4–8 岁。',
      },
      'zh-TW': {
        name: '《二十四節氣》兒童繪本',
        description: '二十四幅跨頁水彩、二十四個小故事，說田裡、樹上與餐桌上的一年。適合 4–8 歲。',
      },
      en: {
        name: "The Twenty-Four Solar Terms: A Children's Picture Book",
        description:
          'A year in the fields, in the trees and at the table, told in twenty-four watercolours and as many small stories. For ages four to eight; Chinese with an English text at the back.',
      },
    },
    images: ['solar-terms-picture-book.svg'],
    variants: [
      {
        sku: 'BOK-24-HC',
        names: { 'zh-CN': '精装', 'zh-TW': '精裝', en: 'Hardback' },
        price: 6800n,
        onHand: 140,
      },
    ],
  },
  {
    slug: 'cooking-for-one-cookbook',
    category: 'books',
    texts: {
      'zh-CN': {
        name: '《一人食》家常菜谱',
        description: '六十道一锅就能做完的家常菜，按剩下多少力气排序。下班再晚，也值得好好吃一顿。',
      },
      'zh-TW': {
        name: '《一人食》家常食譜',
        description: '六十道一鍋到底的家常菜，依照你還剩多少力氣排序。再晚下班，也值得好好吃一頓。',
      },
      en: {
        name: 'Cooking for One: A Cookbook',
        description:
          'Sixty recipes that need one pot, sorted by how much strength you have left. However late you come home, dinner is worth it. In Chinese.',
      },
    },
    images: ['cooking-for-one-cookbook.svg'],
    variants: [
      {
        sku: 'BOK-COOK-PB',
        names: { 'zh-CN': '平装', 'zh-TW': '平裝', en: 'Paperback' },
        price: 5200n,
        onHand: 110,
      },
    ],
  },
];
