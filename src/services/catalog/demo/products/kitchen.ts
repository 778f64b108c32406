import type { DemoProduct } from '../product.ts';

export const kitchen: readonly DemoProduct[] = [
  {
    slug: 'stoneware-mug',
    category: 'kitchen',
    texts: {
      'zh-CN': {
        name: '粗陶马克杯',
        description:
          '景德镇拉坯，釉面自然流动，每只杯子都有点不同，早上当咖啡杯，晚上喝热茶。把手能放进三根手指，可进微波炉和洗碗机。',
      },
      'zh-TW': {
        name: '粗陶馬克杯',
        description:
          '景德鎮手拉坯，釉色自然流動，每只杯子都略有不同，早上當咖啡杯，晚上喝熱茶。把手可放入三根手指，可微波、可用洗碗機清洗。',
      },
      en: {
        name: 'Stoneware Mug',
        description:
          'Thrown in Jingdezhen under a glaze that runs as it likes, so no two are alike. A coffee cup in the morning, a tea bowl at night. Room for three fingers in the handle; safe in the microwave and the dishwasher.',
      },
    },
    images: ['stoneware-mug.svg'],
    variants: [
      {
        sku: 'KIT-MUG-SAND',
        names: { 'zh-CN': '沙色 350 毫升', 'zh-TW': '沙色 350 毫升', en: 'Sand, 350 ml' },
        price: 6900n,
        onHand: 170,
      },
      {
        sku: 'KIT-MUG-TEA',
        names: { 'zh-CN': '茶色 350 毫升', 'zh-TW': '茶色 350 毫升', en: 'Tea brown, 350 ml' },
        price: 6900n,
        onHand: 140,
      },
    ],
  },
  {
    slug: 'insulated-tumbler',
    category: 'kitchen',
    texts: {
      'zh-CN': {
        name: '不锈钢保温杯',
        description: '316 不锈钢内胆，早上灌的热水，下午还是烫的。杯盖一键打开，倒着放也不漏。',
      },
      'zh-TW': {
        name: '不鏽鋼保溫杯',
        description: '316 不鏽鋼內膽，早上裝的熱水，下午依然燙口。一鍵開蓋，倒放也不漏水。',
      },
      en: {
        name: 'Stainless Steel Insulated Tumbler',
        description:
          'A vacuum flask lined with 316 steel: hot water from the morning is still hot in the afternoon. Opens with one press, and does not leak in a bag.',
      },
    },
    images: ['insulated-tumbler.svg'],
    variants: [
      {
        sku: 'KIT-TMB-350',
        names: { 'zh-CN': '350 毫升', 'zh-TW': '350 毫升', en: '350 ml' },
        price: 8900n,
        onHand: 210,
      },
      {
        sku: 'KIT-TMB-500',
        names: { 'zh-CN': '500 毫升', 'zh-TW': '500 毫升', en: '500 ml' },
        price: 9900n,
        onHand: 230,
      },
    ],
  },
  {
    slug: 'electric-kettle',
    category: 'kitchen',
    texts: {
      'zh-CN': {
        name: '控温电热水壶 1.5 升',
        description: '40℃ 到 100℃ 随意设定，保温两小时，冲奶粉、泡绿茶都不用再等水凉。烧水安静，壶身双层不烫手。',
      },
      'zh-TW': {
        name: '溫控快煮壺 1.5 公升',
        description: '40℃ 到 100℃ 自由設定，保溫兩小時，沖奶粉、泡綠茶都不必再等水涼。煮水安靜，雙層壺身不燙手。',
      },
      en: {
        name: 'Temperature-Controlled Electric Kettle',
        description:
          'Set any temperature from 40 to 100 °C and it holds it for two hours. Quiet, with a double wall that stays cool. 1.5 litres.',
      },
    },
    images: ['electric-kettle.svg'],
    variants: [
      {
        sku: 'KIT-EK-WH',
        names: { 'zh-CN': '白色', 'zh-TW': '白色', en: 'White' },
        price: 19900n,
        onHand: 90,
      },
      {
        sku: 'KIT-EK-GN',
        names: { 'zh-CN': '豆绿', 'zh-TW': '豆綠', en: 'Sage green' },
        price: 19900n,
        onHand: 60,
      },
    ],
  },
  {
    slug: 'cast-iron-dutch-oven',
    category: 'kitchen',
    texts: {
      'zh-CN': {
        name: '珐琅铸铁锅 24 厘米',
        description: '锅盖内壁有回水点，炖肉不干，焖饭有锅巴。珐琅不挑食材，明火、电磁炉、烤箱都能用。',
      },
      'zh-TW': {
        name: '琺瑯鑄鐵鍋 24 公分',
        description: '鍋蓋內側有汲水釘，燉肉不乾、煮飯有鍋粑。琺瑯不挑食材，瓦斯爐、電磁爐、烤箱皆適用。',
      },
      en: {
        name: 'Enamelled Cast-Iron Dutch Oven',
        description:
          'A heavy 24 cm pot whose lid rains back on the roast, so stews stay moist and rice gets its crust. For gas, induction and the oven.',
      },
    },
    images: ['cast-iron-dutch-oven.svg'],
    variants: [
      {
        sku: 'KIT-DO-RD',
        names: { 'zh-CN': '砖红', 'zh-TW': '磚紅', en: 'Brick red' },
        price: 49900n,
        onHand: 34,
      },
      {
        sku: 'KIT-DO-BL',
        names: { 'zh-CN': '墨蓝', 'zh-TW': '墨藍', en: 'Ink blue' },
        price: 49900n,
        onHand: 1,
      },
    ],
  },
  {
    slug: 'santoku-kitchen-knife',
    category: 'kitchen',
    texts: {
      'zh-CN': {
        name: '三德刀 家用菜刀',
        description: '三层复合钢，刃长 17 厘米，切肉、切菜、切片一把就够。刀柄桦木，握久了不滑。',
      },
      'zh-TW': {
        name: '三德刀 家用菜刀',
        description: '三層複合鋼，刃長 17 公分，切肉、切菜、切片一把搞定。樺木刀柄，久握不滑手。',
      },
      en: {
        name: 'Santoku Kitchen Knife',
        description:
          'One blade for meat, fish and vegetables: 17 cm of three-layer steel that takes a keen edge, on a birch handle that does not slip.',
      },
    },
    images: ['santoku-kitchen-knife.svg'],
    variants: [
      {
        sku: 'KIT-KNF-170',
        names: { 'zh-CN': '刃长 17 厘米', 'zh-TW': '刃長 17 公分', en: '17 cm blade' },
        price: 21900n,
        onHand: 58,
      },
    ],
  },
  {
    slug: 'bamboo-steamer',
    category: 'kitchen',
    texts: {
      'zh-CN': {
        name: '手工竹蒸笼 两层',
        description: '老竹手编，不用胶，蒸出来的包子带一点竹香。两层一盖，配四张蒸布。',
      },
      'zh-TW': {
        name: '手工竹蒸籠 兩層',
        description: '老竹手工編製，不使用黏膠，蒸出來的包子帶著淡淡竹香。兩層一蓋，附四張蒸籠布。',
      },
      en: {
        name: 'Two-Tier Bamboo Steamer',
        description:
          'Woven from mature bamboo without glue. Steam rises evenly through both tiers, and dumplings come out with a breath of the forest. Four cloths included.',
      },
    },
    images: ['bamboo-steamer.svg'],
    variants: [
      {
        sku: 'KIT-STM-21',
        names: { 'zh-CN': '直径 21 厘米', 'zh-TW': '直徑 21 公分', en: '21 cm' },
        price: 7900n,
        onHand: 115,
      },
      {
        sku: 'KIT-STM-25',
        names: { 'zh-CN': '直径 25 厘米', 'zh-TW': '直徑 25 公分', en: '25 cm' },
        price: 9900n,
        onHand: 90,
      },
    ],
  },
  {
    slug: 'led-desk-lamp',
    category: 'kitchen',
    texts: {
      'zh-CN': {
        name: '护眼台灯 无极调光',
        description: '全光谱灯珠，无频闪，色温从烛光到日光连续可调。关灯前会慢慢暗下去，不突然。',
      },
      'zh-TW': {
        name: '護眼檯燈 無段調光',
        description: '全光譜燈珠、無頻閃，色溫從燭光到日光連續可調。關燈前會緩緩轉暗，不刺眼。',
      },
      en: {
        name: 'LED Desk Lamp',
        description:
          'Full-spectrum light without flicker, from candle warm to daylight. When you switch it off it fades instead of snapping to black.',
      },
    },
    images: ['led-desk-lamp.svg'],
    variants: [
      {
        sku: 'HOM-LMP-WH',
        names: { 'zh-CN': '白色', 'zh-TW': '白色', en: 'White' },
        price: 23900n,
        onHand: 78,
      },
    ],
  },
  {
    slug: 'scented-soy-candle',
    category: 'kitchen',
    texts: {
      'zh-CN': {
        name: '大豆香薰蜡烛',
        description: '大豆蜡、棉芯，燃烧约 45 小时。雪松与白茶的味道，淡，不抢饭菜香。',
      },
      'zh-TW': {
        name: '大豆香氛蠟燭',
        description: '大豆蠟、棉芯，可燃燒約 45 小時。雪松與白茶香調，清淡，不搶飯菜香。',
      },
      en: {
        name: 'Scented Soy Candle',
        description: 'Soy wax and a cotton wick, about forty-five hours of it. Quiet enough for the dinner table.',
      },
    },
    images: ['scented-soy-candle.svg'],
    variants: [
      {
        sku: 'HOM-CDL-CW',
        names: { 'zh-CN': '雪松白茶', 'zh-TW': '雪松白茶', en: 'Cedar and white tea' },
        price: 9900n,
        onHand: 105,
      },
      {
        sku: 'HOM-CDL-FG',
        names: { 'zh-CN': '无花果', 'zh-TW': '無花果', en: 'Fig' },
        price: 9900n,
        onHand: 82,
      },
    ],
  },
];
