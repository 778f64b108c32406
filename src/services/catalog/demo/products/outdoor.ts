import type { DemoProduct } from '../product.ts';

export const outdoor: readonly DemoProduct[] = [
  {
    slug: 'two-person-tent',
    category: 'outdoor',
    texts: {
      'zh-CN': {
        name: '双人轻量帐篷',
        description: '全重 1.6 公斤，一个人五分钟搭好。双层结构不挂水，前厅放得下两双登山鞋。',
      },
      'zh-TW': {
        name: '雙人輕量帳篷',
        description: '總重 1.6 公斤，一個人五分鐘就能搭好。雙層結構不易反潮，前庭放得下兩雙登山鞋。',
      },
      en: {
        name: 'Two-Person Lightweight Tent',
        description:
          'All of 1.6 kg, and up in five minutes with one pair of hands. Two skins keep the damp off, and the porch takes two pairs of boots.',
      },
    },
    images: ['two-person-tent.svg'],
    variants: [
      {
        sku: 'OUT-TNT-GN',
        names: { 'zh-CN': '苔绿', 'zh-TW': '苔綠', en: 'Moss green' },
        price: 69900n,
        onHand: 32,
      },
      {
        sku: 'OUT-TNT-OR',
        names: { 'zh-CN': '日落橙', 'zh-TW': '夕陽橘', en: 'Sunset orange' },
        price: 69900n,
        onHand: 28,
      },
    ],
  },
  {
    slug: 'down-sleeping-bag',
    category: 'outdoor',
    texts: {
      'zh-CN': {
        name: '羽绒睡袋',
        description: '700 蓬白鸭绒，舒适温度 0℃，压缩后像个西瓜。拉链有防夹设计，两条可以拼成双人。',
      },
      'zh-TW': {
        name: '羽絨睡袋',
        description: '700FP 白鴨絨，舒適溫度 0℃，壓縮後約一顆西瓜大小。拉鍊防夾設計，兩條可拼接成雙人睡袋。',
      },
      en: {
        name: 'Down Sleeping Bag',
        description:
          'White duck down of 700 fill power, comfortable to freezing point. The zip does not snag, and two bags join into one.',
      },
    },
    images: ['down-sleeping-bag.svg'],
    variants: [
      {
        sku: 'OUT-SLP-00',
        names: { 'zh-CN': '标准 200 厘米', 'zh-TW': '標準 200 公分', en: 'Regular, 200 cm' },
        price: 45900n,
        onHand: 44,
      },
    ],
  },
  {
    slug: 'hiking-backpack',
    category: 'outdoor',
    texts: {
      'zh-CN': {
        name: '30 升徒步背包',
        description: '透气背板，腰带能放手机，两侧水壶袋坐着也够得到。自带防雨罩。',
      },
      'zh-TW': {
        name: '30 公升登山背包',
        description: '透氣背板，腰帶可放手機，兩側水壺袋坐著也拿得到。內附防雨罩。',
      },
      en: {
        name: 'Hiking Backpack, 30 Litres',
        description:
          'An airy back panel, a hip belt with room for a phone, and bottle pockets you can reach sitting down. The rain cover is in the base.',
      },
    },
    images: ['hiking-backpack.svg'],
    variants: [
      {
        sku: 'OUT-BPK-BL',
        names: { 'zh-CN': '湖蓝', 'zh-TW': '湖藍', en: 'Lake blue' },
        price: 32900n,
        onHand: 76,
      },
      {
        sku: 'OUT-BPK-GY',
        names: { 'zh-CN': '岩灰', 'zh-TW': '岩灰', en: 'Rock grey' },
        price: 32900n,
        onHand: 69,
      },
    ],
  },
  {
    slug: 'sports-water-bottle',
    category: 'outdoor',
    texts: {
      'zh-CN': {
        name: '不锈钢运动水壶',
        description: '大口径，冰块放得进去，洗起来也方便。提环盖扣在包上不晃，装满一天的水。',
      },
      'zh-TW': {
        name: '不鏽鋼運動水壺',
        description: '大口徑，放得進冰塊，清洗也方便。提環蓋扣在背包上不晃動，裝得下一整天的水。',
      },
      en: {
        name: 'Stainless Steel Water Bottle',
        description:
          'A mouth wide enough for ice and a brush, and a loop that clips to your pack without rattling. For sport, school and long walks.',
      },
    },
    images: ['sports-water-bottle.svg'],
    variants: [
      {
        sku: 'OUT-BTL-075',
        names: { 'zh-CN': '750 毫升', 'zh-TW': '750 毫升', en: '750 ml' },
        price: 7900n,
        onHand: 190,
      },
      {
        sku: 'OUT-BTL-100',
        names: { 'zh-CN': '1 升', 'zh-TW': '1 公升', en: '1 litre' },
        price: 8900n,
        onHand: 150,
      },
    ],
  },
  {
    slug: 'camping-lantern',
    category: 'outdoor',
    texts: {
      'zh-CN': {
        name: '复古露营灯',
        description: '暖光，无级调节，最低亮度能亮 120 小时。挂在帐篷里，或者就放在餐桌上。',
      },
      'zh-TW': {
        name: '復古露營燈',
        description: '暖光、無段調節，最低亮度可連續點亮 120 小時。掛在帳篷裡，或放在餐桌上都好看。',
      },
      en: {
        name: 'Retro Camping Lantern',
        description:
          'Warm light on a dimmer, up to 120 hours at its lowest. Hang it from a branch, or leave it on the dinner table at home.',
      },
    },
    images: ['camping-lantern.svg'],
    variants: [
      {
        sku: 'OUT-LAN-GN',
        names: { 'zh-CN': '军绿', 'zh-TW': '軍綠', en: 'Olive' },
        price: 13900n,
        onHand: 98,
      },
    ],
  },
  {
    slug: 'titanium-camping-mug',
    category: 'outdoor',
    texts: {
      'zh-CN': {
        name: '纯钛露营杯 折叠把手',
        description: '只有 68 克，可以直接架在炉头上烧水，也能当饭碗。把手折平，收进背包不占地方。',
      },
      'zh-TW': {
        name: '純鈦露營杯 摺疊把手',
        description: '僅 68 公克，可直接架在爐頭上煮水，也能當飯碗。把手收平，放進背包不佔空間。',
      },
      en: {
        name: 'Titanium Camping Mug',
        description: 'Just 68 g. Boil in it, drink from it, eat out of it; the handles fold flat against the side.',
      },
    },
    images: ['titanium-camping-mug.svg'],
    variants: [
      {
        sku: 'OUT-TIM-420',
        names: { 'zh-CN': '420 毫升', 'zh-TW': '420 毫升', en: '420 ml' },
        price: 12800n,
        onHand: 105,
      },
    ],
  },
  {
    slug: 'rechargeable-headlamp',
    category: 'outdoor',
    texts: {
      'zh-CN': {
        name: '充电式头灯',
        description: '350 流明，红光模式不晃队友的眼睛。68 克，戴着帽子也不滑。',
      },
      'zh-TW': {
        name: '充電式頭燈',
        description: '350 流明，紅光模式不刺隊友的眼睛。僅 68 公克，戴著帽子也不易滑落。',
      },
      en: {
        name: 'Rechargeable Headlamp',
        description:
          'A 350-lumen torch for your forehead, with a red mode that spares your companions. 68 g; charges by USB-C.',
      },
    },
    images: ['rechargeable-headlamp.svg'],
    variants: [
      {
        sku: 'OUT-HLP-350',
        names: { 'zh-CN': '350 流明', 'zh-TW': '350 流明', en: '350 lumens' },
        price: 10900n,
        onHand: 120,
      },
    ],
  },
  {
    slug: 'folding-camp-chair',
    category: 'outdoor',
    texts: {
      'zh-CN': {
        name: '折叠露营椅',
        description: '铝合金骨架，承重 120 公斤，收起来比雨伞粗一点。椅背够高，可以靠着看星星。',
      },
      'zh-TW': {
        name: '摺疊露營椅',
        description: '鋁合金骨架，承重 120 公斤，收起來只比雨傘粗一些。椅背夠高，可以靠著看星星。',
      },
      en: {
        name: 'Folding Camp Chair',
        description:
          'An aluminium frame that carries 120 kg and packs down to little more than an umbrella. The back is high enough for watching stars.',
      },
    },
    images: ['folding-camp-chair.svg'],
    variants: [
      {
        sku: 'OUT-CHR-KH',
        names: { 'zh-CN': '卡其', 'zh-TW': '卡其', en: 'Khaki' },
        price: 19900n,
        onHand: 84,
      },
    ],
  },
];
