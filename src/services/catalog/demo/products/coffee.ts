import type { DemoProduct } from '../product.ts';

export const coffee: readonly DemoProduct[] = [
  {
    slug: 'yirgacheffe-coffee-beans',
    category: 'coffee',
    texts: {
      'zh-CN': {
        name: '埃塞俄比亚耶加雪菲咖啡豆',
        description: '水洗处理，浅烘，茉莉花、柠檬和蜂蜜的调子，凉了像红茶。下单后现烘，三天内发货。',
      },
      'zh-TW': {
        name: '衣索比亞耶加雪菲咖啡豆',
        description: '水洗處理、淺焙，帶有茉莉花、檸檬與蜂蜜調性，放涼後有如紅茶。接單後新鮮烘焙，三天內出貨。',
      },
      en: {
        name: 'Ethiopia Yirgacheffe Coffee Beans',
        description:
          'Washed and lightly roasted: jasmine, lemon and honey, and something like black tea as it cools. Roasted after you order, sent within three days.',
      },
    },
    images: ['yirgacheffe-coffee-beans.svg'],
    variants: [
      {
        sku: 'COF-YIR-200',
        names: { 'zh-CN': '200 克', 'zh-TW': '200 克', en: '200 g' },
        price: 7800n,
        onHand: 180,
      },
      {
        sku: 'COF-YIR-500',
        names: { 'zh-CN': '500 克', 'zh-TW': '500 克', en: '500 g' },
        price: 16800n,
        onHand: 90,
      },
    ],
  },
  {
    slug: 'yunnan-coffee-beans',
    category: 'coffee',
    texts: {
      'zh-CN': {
        name: '云南保山小粒咖啡豆',
        description: '保山潞江坝的日晒豆，中烘，红糖、核桃和一点梅子酸。手冲、法压都稳，做每天的口粮正合适。',
      },
      'zh-TW': {
        name: '雲南保山小粒咖啡豆',
        description: '保山潞江壩的日曬豆，中焙，紅糖、核桃與些許梅子酸。手沖或法式濾壓都穩定，很適合當每天的日常豆。',
      },
      en: {
        name: 'Yunnan Baoshan Coffee Beans',
        description:
          'Sun-dried arabica from the Lujiang valley, medium roast: brown sugar, walnut and a little plum. Easy to brew well, and made for every day.',
      },
    },
    images: ['yunnan-coffee-beans.svg'],
    variants: [
      {
        sku: 'COF-YN-250',
        names: { 'zh-CN': '250 克', 'zh-TW': '250 克', en: '250 g' },
        price: 5800n,
        onHand: 240,
      },
      {
        sku: 'COF-YN-1000',
        names: { 'zh-CN': '1 千克', 'zh-TW': '1 公斤', en: '1 kg' },
        price: 19800n,
        onHand: 65,
      },
    ],
  },
  {
    slug: 'espresso-blend-coffee-beans',
    category: 'coffee',
    texts: {
      'zh-CN': {
        name: '意式拼配咖啡豆 深烘',
        description: '巴西、哥伦比亚和云南豆拼配，油脂厚，黑巧克力和焦糖味，加奶不被盖住。适合意式机和摩卡壶。',
      },
      'zh-TW': {
        name: '義式配方咖啡豆 深焙',
        description:
          '巴西、哥倫比亞與雲南豆調配，油脂豐厚，黑巧克力與焦糖風味，加奶也不會被蓋過。適合義式咖啡機與摩卡壺。',
      },
      en: {
        name: 'Espresso Blend Coffee Beans',
        description:
          'A dark roast of Brazilian, Colombian and Yunnan beans with thick crema, dark chocolate and caramel. Holds its own in milk; right for machines and moka pots.',
      },
    },
    images: ['espresso-blend-coffee-beans.svg'],
    variants: [
      {
        sku: 'COF-ESP-250',
        names: { 'zh-CN': '250 克', 'zh-TW': '250 克', en: '250 g' },
        price: 6200n,
        onHand: 200,
      },
      {
        sku: 'COF-ESP-1000',
        names: { 'zh-CN': '1 千克', 'zh-TW': '1 公斤', en: '1 kg' },
        price: 20800n,
        onHand: 70,
      },
    ],
  },
  {
    slug: 'drip-bag-coffee',
    category: 'coffee',
    texts: {
      'zh-CN': {
        name: '挂耳咖啡 三种风味组合',
        description: '三种单品各五包，充氮独立包装，撕开挂在杯沿，注水三次就能喝。出差放几包在箱子里，酒店早晨不将就。',
      },
      'zh-TW': {
        name: '濾掛咖啡 三種風味組合',
        description:
          '三款單品各五包，充氮獨立包裝，撕開掛在杯緣，注水三次即可享用。出差在行李裡放幾包，飯店的早晨也不將就。',
      },
      en: {
        name: 'Drip Bag Coffee, Three Origins',
        description:
          'Five sachets of each of three coffees, sealed in nitrogen. Hang one on your cup and pour three times: a decent morning, even in a hotel.',
      },
    },
    images: ['drip-bag-coffee.svg'],
    variants: [
      {
        sku: 'COF-DRIP-15',
        names: { 'zh-CN': '15 包', 'zh-TW': '15 包', en: '15 sachets' },
        price: 6900n,
        onHand: 320,
      },
    ],
  },
  {
    slug: 'gooseneck-pour-over-kettle',
    category: 'coffee',
    texts: {
      'zh-CN': {
        name: '不锈钢细口手冲壶',
        description: '壶嘴细长，水流可粗可细，说停就停。壶盖留了温度计孔，电磁炉、明火都能用。',
      },
      'zh-TW': {
        name: '不鏽鋼細口手沖壺',
        description: '壺嘴細長，水流粗細隨心，說停就停。壺蓋預留溫度計孔，電磁爐與瓦斯爐皆適用。',
      },
      en: {
        name: 'Gooseneck Pour-Over Kettle',
        description:
          'A long, narrow spout that gives you a thread of water or a steady stream, and stops when you do. Steel, with a hole in the lid for a thermometer; for gas and induction.',
      },
    },
    images: ['gooseneck-pour-over-kettle.svg'],
    variants: [
      {
        sku: 'COF-KET-SS',
        names: { 'zh-CN': '600 毫升 本色', 'zh-TW': '600 毫升 原色', en: '600 ml, brushed steel' },
        price: 16900n,
        onHand: 95,
      },
      {
        sku: 'COF-KET-BK',
        names: { 'zh-CN': '600 毫升 哑黑', 'zh-TW': '600 毫升 霧黑', en: '600 ml, matt black' },
        price: 18900n,
        onHand: 80,
      },
    ],
  },
  {
    slug: 'ceramic-pour-over-dripper',
    category: 'coffee',
    texts: {
      'zh-CN': {
        name: '陶瓷手冲滤杯',
        description: '锥形、螺旋导水槽，保温好，出味干净。新手第一只滤杯选它不会错，用 V60 锥形滤纸。',
      },
      'zh-TW': {
        name: '陶瓷手沖咖啡濾杯',
        description: '錐形、螺旋導流溝槽，保溫佳、風味乾淨。新手的第一只濾杯選它準沒錯，搭配 V60 錐形濾紙。',
      },
      en: {
        name: 'Ceramic Pour-Over Dripper',
        description:
          'A cone with spiral ribs in heavy ceramic that keeps its heat. Clean, even cups, and forgiving if your pour is not yet steady. Takes V60 papers.',
      },
    },
    images: ['ceramic-pour-over-dripper.svg'],
    variants: [
      {
        sku: 'COF-DRP-01',
        names: { 'zh-CN': '1–2 人份', 'zh-TW': '1–2 人份', en: '1–2 cups' },
        price: 8900n,
        onHand: 140,
      },
      {
        sku: 'COF-DRP-02',
        names: { 'zh-CN': '1–4 人份', 'zh-TW': '1–4 人份', en: '1–4 cups' },
        price: 10900n,
        onHand: 100,
      },
    ],
  },
  {
    slug: 'cone-filter-papers',
    category: 'coffee',
    texts: {
      'zh-CN': {
        name: '锥形手冲滤纸 100 张',
        description: '原生木浆，无漂白，过水快，没有纸味。V60 等锥形滤杯通用。',
      },
      'zh-TW': {
        name: '錐形手沖濾紙 100 張',
        description: '原生木漿、無漂白，流速快，沒有紙味。V60 等錐形濾杯皆適用。',
      },
      en: {
        name: 'Cone Filter Papers, 100 Sheets',
        description: 'Unbleached wood pulp for the V60 and other cone drippers: quick to drain, and no taste of paper.',
      },
    },
    images: ['cone-filter-papers.svg'],
    variants: [
      {
        sku: 'COF-FLT-01',
        names: { 'zh-CN': '1–2 人份', 'zh-TW': '1–2 人份', en: 'Size 01' },
        price: 1900n,
        onHand: 500,
      },
      {
        sku: 'COF-FLT-02',
        names: { 'zh-CN': '1–4 人份', 'zh-TW': '1–4 人份', en: 'Size 02' },
        price: 2400n,
        onHand: 420,
      },
    ],
  },
  {
    slug: 'hand-coffee-grinder',
    category: 'coffee',
    texts: {
      'zh-CN': {
        name: '手摇咖啡磨豆机',
        description: '38 毫米钢制锥刀，双轴承，磨得匀，摇着也轻。粗细 36 档，从意式到冷萃都行。',
      },
      'zh-TW': {
        name: '手搖咖啡磨豆機',
        description: '38 mm 鋼製錐刀、雙軸承，研磨均勻，轉起來也輕鬆。36 段粗細，從義式到冷萃都適用。',
      },
      en: {
        name: 'Hand Coffee Grinder',
        description:
          'A 38 mm conical steel burr on two bearings: even grounds and an easy turn. Thirty-six steps, from espresso to cold brew.',
      },
    },
    images: ['hand-coffee-grinder.svg'],
    variants: [
      {
        sku: 'COF-GRD-SL',
        names: { 'zh-CN': '银色', 'zh-TW': '銀色', en: 'Silver' },
        price: 29900n,
        onHand: 55,
      },
      {
        sku: 'COF-GRD-BK',
        names: { 'zh-CN': '黑色', 'zh-TW': '黑色', en: 'Black' },
        price: 29900n,
        onHand: 0,
      },
    ],
  },
  {
    slug: 'coffee-scale',
    category: 'coffee',
    texts: {
      'zh-CN': {
        name: '手冲咖啡电子秤 带计时',
        description: '0.1 克精度，称重与计时同屏显示，反应快，注水时看得清。USB-C 充电，一次能用一个月。',
      },
      'zh-TW': {
        name: '手沖咖啡電子秤 附計時',
        description: '0.1 公克精度，重量與時間同螢幕顯示，反應快，注水時一目了然。USB-C 充電，充一次可用一個月。',
      },
      en: {
        name: 'Coffee Scale with Timer',
        description:
          'Weight to a tenth of a gram and time on one clear display, quick enough to follow your pour. Charges by USB-C about once a month.',
      },
    },
    images: ['coffee-scale.svg'],
    variants: [
      {
        sku: 'COF-SCL-WH',
        names: { 'zh-CN': '白色', 'zh-TW': '白色', en: 'White' },
        price: 13900n,
        onHand: 85,
      },
    ],
  },
];
