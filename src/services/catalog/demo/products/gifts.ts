import type { DemoProduct } from '../product.ts';

export const gifts: readonly DemoProduct[] = [
  {
    slug: 'four-seasons-tea-gift-box',
    category: 'gifts',
    texts: {
      'zh-CN': {
        name: '四季好茶礼盒',
        description: '春天的龙井、夏天的白牡丹、秋天的铁观音、冬天的祁红，各一小罐。附手写贺卡，送长辈不会错的礼物。',
      },
      'zh-TW': {
        name: '四季好茶禮盒',
        description:
          '春天的龍井、夏天的白牡丹、秋天的鐵觀音、冬天的祁紅，各一小罐。附手寫賀卡，是送長輩不會出錯的禮物。',
      },
      en: {
        name: 'Four Seasons Tea Gift Box',
        description:
          'Four small tins: Longjing for spring, White Peony for summer, Tieguanyin for autumn, Keemun for winter. We write the card for you.',
      },
    },
    images: ['four-seasons-tea-gift-box.svg'],
    variants: [
      {
        sku: 'GFT-TEA-04',
        names: { 'zh-CN': '四罐装', 'zh-TW': '四罐裝', en: 'Four tins' },
        price: 26800n,
        onHand: 65,
      },
    ],
  },
  {
    slug: 'coffee-gift-set',
    category: 'gifts',
    texts: {
      'zh-CN': {
        name: '手冲咖啡入门礼盒',
        description: '滤杯、滤纸、分享壶和一包当季豆子，拆开就能冲。给想喝好咖啡的朋友，做生日礼物正好。',
      },
      'zh-TW': {
        name: '手沖咖啡入門禮盒',
        description: '濾杯、濾紙、分享壺與一包當季豆子，拆開就能沖。送給想喝好咖啡的朋友，當生日禮物剛剛好。',
      },
      en: {
        name: 'Pour-Over Coffee Gift Set',
        description:
          'A dripper, papers, a glass server and a bag of what is in season: everything but the water. A good present for a friend who has had enough of instant.',
      },
    },
    images: ['coffee-gift-set.svg'],
    variants: [
      {
        sku: 'GFT-COF-01',
        names: { 'zh-CN': '标准装', 'zh-TW': '標準組', en: 'Standard' },
        price: 32800n,
        onHand: 48,
      },
    ],
  },
  {
    slug: 'landscape-jigsaw-puzzle',
    category: 'gifts',
    texts: {
      'zh-CN': {
        name: '千里江山 1000 片拼图',
        description: '青绿山水印在厚卡纸上，切口干净，不掉屑。一个下雨的周末，一家人刚好拼完。',
      },
      'zh-TW': {
        name: '千里江山 1000 片拼圖',
        description: '青綠山水印在厚紙卡上，切口俐落、不掉屑。一個下雨的週末，全家人剛好拼完。',
      },
      en: {
        name: 'Thousand-Piece Landscape Jigsaw Puzzle',
        description: 'Blue and green mountains on thick board, cleanly cut. About one rainy weekend for a family.',
      },
    },
    images: ['landscape-jigsaw-puzzle.svg'],
    variants: [
      {
        sku: 'GFT-PUZ-1000',
        names: { 'zh-CN': '1000 片', 'zh-TW': '1000 片', en: '1,000 pieces' },
        price: 9800n,
        onHand: 92,
      },
    ],
  },
  {
    slug: 'plush-panda',
    category: 'gifts',
    texts: {
      'zh-CN': {
        name: '熊猫毛绒玩偶',
        description: '短绒，不掉毛，可以机洗。肚子里灌了一点豆子，坐得稳，也会往你怀里歪。',
      },
      'zh-TW': {
        name: '貓熊絨毛玩偶',
        description: '短絨、不掉毛，可機洗。肚子裡填了一點小豆子，坐得穩，也會往你懷裡歪。',
      },
      en: {
        name: 'Plush Panda',
        description:
          'Short, soft fur that does not shed and goes in the washing machine. Weighted a little, so it sits up, then leans on you.',
      },
    },
    images: ['plush-panda.svg'],
    variants: [
      {
        sku: 'GFT-PAN-25',
        names: { 'zh-CN': '25 厘米', 'zh-TW': '25 公分', en: '25 cm' },
        price: 7900n,
        onHand: 145,
      },
      {
        sku: 'GFT-PAN-40',
        names: { 'zh-CN': '40 厘米', 'zh-TW': '40 公分', en: '40 cm' },
        price: 12900n,
        onHand: 60,
      },
    ],
    offSale: true,
  },
];
