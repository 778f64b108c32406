import type { DemoProduct } from '../product.ts';

export const teaware: readonly DemoProduct[] = [
  {
    slug: 'white-porcelain-gaiwan',
    category: 'teaware',
    texts: {
      'zh-CN': {
        name: '德化白瓷盖碗',
        description: '胎薄，口沿外翻，握着不烫手。白瓷不吃味，什么茶都照得清清楚楚，适合每天试新茶的人。',
      },
      'zh-TW': {
        name: '德化白瓷蓋碗',
        description: '胎薄、碗口外翻，拿著不燙手。白瓷不吃味，什麼茶都能如實呈現，適合喜歡天天試新茶的人。',
      },
      en: {
        name: 'White Porcelain Gaiwan',
        description:
          'Thin Dehua porcelain with a flared rim that stays cool at the edge. It takes no side: every tea tastes of itself, which is why tasters use it.',
      },
    },
    images: ['white-porcelain-gaiwan.svg'],
    variants: [
      {
        sku: 'TW-GW-120',
        names: { 'zh-CN': '120 毫升', 'zh-TW': '120 毫升', en: '120 ml' },
        price: 7900n,
        onHand: 150,
      },
      {
        sku: 'TW-GW-160',
        names: { 'zh-CN': '160 毫升', 'zh-TW': '160 毫升', en: '160 ml' },
        price: 8900n,
        onHand: 85,
      },
    ],
  },
  {
    slug: 'yixing-teapot',
    category: 'teaware',
    texts: {
      'zh-CN': {
        name: '宜兴紫砂茶壶 西施',
        description: '原矿紫泥，全手工成型，出水利落。用久了会被茶养出光泽，一把壶最好只泡一种茶。',
      },
      'zh-TW': {
        name: '宜興紫砂茶壺 西施',
        description: '原礦紫泥，全手工成型，出水俐落。越用越能養出溫潤光澤，一把壺最好只泡一種茶。',
      },
      en: {
        name: 'Yixing Zisha Teapot',
        description:
          'Shaped by hand from purple clay, with a clean pour and a lid that fits. Unglazed, it takes on a shine over the years; keep it to one kind of tea.',
      },
    },
    images: ['yixing-teapot.svg'],
    variants: [
      {
        sku: 'TW-YX-150',
        names: { 'zh-CN': '150 毫升 紫泥', 'zh-TW': '150 毫升 紫泥', en: '150 ml, purple clay' },
        price: 46800n,
        onHand: 22,
      },
      {
        sku: 'TW-YX-220',
        names: { 'zh-CN': '220 毫升 朱泥', 'zh-TW': '220 毫升 朱泥', en: '220 ml, red clay' },
        price: 58800n,
        onHand: 2,
      },
    ],
  },
  {
    slug: 'glass-teapot',
    category: 'teaware',
    texts: {
      'zh-CN': {
        name: '耐热玻璃茶壶 带滤网',
        description: '高硼硅玻璃，可直接上电陶炉。不锈钢滤网拆洗方便，花茶、果茶泡起来也好看。',
      },
      'zh-TW': {
        name: '耐熱玻璃茶壺 附濾網',
        description: '高硼矽玻璃，可直接放上電陶爐加熱。不鏽鋼濾網拆洗方便，沖泡花茶、水果茶也賞心悅目。',
      },
      en: {
        name: 'Glass Teapot with Infuser',
        description:
          'Borosilicate glass that can go straight on a ceramic hob, with a steel basket that lifts out for washing. Made for teas worth looking at.',
      },
    },
    images: ['glass-teapot.svg'],
    variants: [
      {
        sku: 'TW-GTP-600',
        names: { 'zh-CN': '600 毫升', 'zh-TW': '600 毫升', en: '600 ml' },
        price: 9900n,
        onHand: 130,
      },
      {
        sku: 'TW-GTP-900',
        names: { 'zh-CN': '900 毫升', 'zh-TW': '900 毫升', en: '900 ml' },
        price: 12900n,
        onHand: 75,
      },
    ],
  },
  {
    slug: 'celadon-tea-cups',
    category: 'teaware',
    texts: {
      'zh-CN': {
        name: '龙泉青瓷茶杯 对杯',
        description: '龙泉窑烧制，釉色温润如玉，杯壁略厚，端着刚好。两只一对，自用或待客都合适。',
      },
      'zh-TW': {
        name: '龍泉青瓷茶杯 對杯',
        description: '龍泉窯燒製，釉色溫潤如玉，杯壁微厚，端在手上剛剛好。兩只一對，自用待客兩相宜。',
      },
      en: {
        name: 'Pair of Longquan Celadon Tea Cups',
        description:
          'Two cups from the Longquan kilns, with a glaze the colour of jade and a wall thick enough to hold comfortably. 60 ml each.',
      },
    },
    images: ['celadon-tea-cups.svg'],
    variants: [
      {
        sku: 'TW-CEL-PM',
        names: { 'zh-CN': '梅子青', 'zh-TW': '梅子青', en: 'Plum green' },
        price: 12800n,
        onHand: 64,
      },
      {
        sku: 'TW-CEL-FQ',
        names: { 'zh-CN': '粉青', 'zh-TW': '粉青', en: 'Powder blue' },
        price: 12800n,
        onHand: 58,
      },
    ],
  },
  {
    slug: 'double-wall-glass-cup',
    category: 'teaware',
    texts: {
      'zh-CN': {
        name: '双层隔热玻璃杯',
        description: '两层高硼硅玻璃，里面是刚泡的热茶，外面握着不烫手，冰饮也不挂水珠。',
      },
      'zh-TW': {
        name: '雙層隔熱玻璃杯',
        description: '雙層高硼矽玻璃，裡面是剛泡好的熱茶，外面握著不燙手，裝冰飲也不易結水珠。',
      },
      en: {
        name: 'Double-Wall Glass Cup',
        description:
          'Two walls of borosilicate glass: hot inside, cool to hold, and no ring on the table when the drink is iced.',
      },
    },
    images: ['double-wall-glass-cup.svg'],
    variants: [
      {
        sku: 'TW-DWG-250',
        names: { 'zh-CN': '250 毫升', 'zh-TW': '250 毫升', en: '250 ml' },
        price: 4900n,
        onHand: 175,
      },
      {
        sku: 'TW-DWG-350',
        names: { 'zh-CN': '350 毫升', 'zh-TW': '350 毫升', en: '350 ml' },
        price: 5900n,
        onHand: 140,
      },
    ],
  },
  {
    slug: 'travel-tea-set',
    category: 'teaware',
    texts: {
      'zh-CN': {
        name: '旅行茶具套装 一壶三杯',
        description: '一把小壶套着三只杯子，连茶巾收进硬壳包里，比一罐奶粉还小。出差、露营都能好好喝一泡茶。',
      },
      'zh-TW': {
        name: '旅行茶具組 一壺三杯',
        description: '一把小壺套著三只杯子，連同茶巾一起收進硬殼包，體積比一罐奶粉還小。出差、露營都能好好泡一壺茶。',
      },
      en: {
        name: 'Travel Tea Set',
        description:
          'A small pot that nests over three cups, with a cloth, in a hard case no bigger than a grapefruit. Proper tea in a hotel room or at a campsite.',
      },
    },
    images: ['travel-tea-set.svg'],
    variants: [
      {
        sku: 'TW-TRV-GY',
        names: { 'zh-CN': '雾灰', 'zh-TW': '霧灰', en: 'Mist grey' },
        price: 15900n,
        onHand: 88,
      },
      {
        sku: 'TW-TRV-BK',
        names: { 'zh-CN': '墨黑', 'zh-TW': '墨黑', en: 'Ink black' },
        price: 15900n,
        onHand: 72,
      },
    ],
  },
  {
    slug: 'bamboo-tea-tray',
    category: 'teaware',
    texts: {
      'zh-CN': {
        name: '重竹茶盘 储水式',
        description: '高温重竹压制，不易开裂，下层储水抽屉能装 1.5 升。桌子不大也放得下。',
      },
      'zh-TW': {
        name: '重竹茶盤 儲水式',
        description: '高溫高壓重竹製成，不易開裂，下層儲水抽屜可裝 1.5 公升。桌面不大也放得下。',
      },
      en: {
        name: 'Bamboo Tea Tray',
        description:
          'Pressed bamboo that does not warp, over a drawer that holds a litre and a half of rinse water. Sized for an ordinary desk.',
      },
    },
    images: ['bamboo-tea-tray.svg'],
    variants: [
      {
        sku: 'TW-TRAY-S',
        names: { 'zh-CN': '小号 38 × 25 厘米', 'zh-TW': '小型 38 × 25 公分', en: 'Small, 38 × 25 cm' },
        price: 13800n,
        onHand: 48,
      },
      {
        sku: 'TW-TRAY-L',
        names: { 'zh-CN': '大号 48 × 30 厘米', 'zh-TW': '大型 48 × 30 公分', en: 'Large, 48 × 30 cm' },
        price: 18800n,
        onHand: 30,
      },
    ],
  },
  {
    slug: 'pewter-tea-caddy',
    category: 'teaware',
    texts: {
      'zh-CN': {
        name: '锡制茶叶罐',
        description: '双层盖，密封避光，存绿茶、存岩茶都不跑味。罐身手工捶打，每一只的纹路都不一样。',
      },
      'zh-TW': {
        name: '錫製茶葉罐',
        description: '雙層蓋設計，密封避光，存放綠茶、岩茶都不易走味。罐身手工鎚目，每一只紋路都獨一無二。',
      },
      en: {
        name: 'Hammered Pewter Tea Caddy',
        description:
          'A double lid keeps out light and damp, so good leaf stays good. Hammered by hand; no two have quite the same surface.',
      },
    },
    images: ['pewter-tea-caddy.svg'],
    variants: [
      {
        sku: 'TW-CAD-150',
        names: { 'zh-CN': '150 克装', 'zh-TW': '150 克裝', en: 'Holds 150 g' },
        price: 32800n,
        onHand: 26,
      },
    ],
  },
];
