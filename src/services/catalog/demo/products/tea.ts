import type { DemoProduct } from '../product.ts';

export const tea: readonly DemoProduct[] = [
  {
    slug: 'longjing-green-tea',
    category: 'tea',
    texts: {
      'zh-CN': {
        name: '西湖龙井 明前绿茶',
        description:
          '清明前手采的一芽一叶，老师傅铁锅炒青，茶汤清亮，有炒豆香和一点兰花的甜。建议用 80℃ 的水，玻璃杯直接冲泡。',
      },
      'zh-TW': {
        name: '西湖龍井 明前綠茶',
        description:
          '清明前手採一心一葉，由老師傅以鐵鍋炒菁，茶湯清澈，帶著炒豆香與淡淡蘭花甜韻。建議水溫 80℃，用玻璃杯直接沖泡。',
      },
      en: {
        name: 'West Lake Longjing Green Tea',
        description:
          'Picked by hand before the Qingming festival and pan-fired in small batches. The cup is clear and sweet, with toasted chestnut up front and a trace of orchid behind it.',
      },
    },
    images: ['longjing-green-tea.svg'],
    variants: [
      {
        sku: 'TEA-LJ-050',
        names: { 'zh-CN': '50 克 铁罐', 'zh-TW': '50 克 鐵罐', en: '50 g tin' },
        price: 12900n,
        onHand: 160,
      },
      {
        sku: 'TEA-LJ-100',
        names: { 'zh-CN': '100 克 铁罐', 'zh-TW': '100 克 鐵罐', en: '100 g tin' },
        price: 23800n,
        onHand: 120,
      },
      {
        sku: 'TEA-LJ-250',
        names: { 'zh-CN': '250 克 袋装', 'zh-TW': '250 克 袋裝', en: '250 g pouch' },
        price: 52800n,
        onHand: 45,
      },
    ],
  },
  {
    slug: 'biluochun-green-tea',
    category: 'tea',
    texts: {
      'zh-CN': {
        name: '洞庭碧螺春绿茶',
        description:
          '太湖洞庭山的碧螺春，茶树与果树间种，卷曲如螺，满披白毫。先放水、后投茶，看茶叶慢慢沉下去，果香就出来了。',
      },
      'zh-TW': {
        name: '洞庭碧螺春綠茶',
        description:
          '來自太湖洞庭山的碧螺春，茶樹與果樹比鄰而生，條索捲曲如螺、白毫密布。先注水再投茶，看茶葉緩緩下沉，果香便隨之散開。',
      },
      en: {
        name: 'Biluochun Spring Green Tea',
        description:
          'Tiny spiral leaves from tea bushes that grow among fruit trees by Lake Tai. Pour the water first, drop the leaves in, and watch them sink: fresh, soft and faintly of apricot.',
      },
    },
    images: ['biluochun-green-tea.svg'],
    variants: [
      {
        sku: 'TEA-BLC-050',
        names: { 'zh-CN': '50 克', 'zh-TW': '50 克', en: '50 g' },
        price: 9800n,
        onHand: 140,
      },
      {
        sku: 'TEA-BLC-125',
        names: { 'zh-CN': '125 克', 'zh-TW': '125 克', en: '125 g' },
        price: 21800n,
        onHand: 80,
      },
    ],
  },
  {
    slug: 'jasmine-pearl-tea',
    category: 'tea',
    texts: {
      'zh-CN': {
        name: '茉莉龙珠 花茶',
        description: '以福建春季绿茶为底，七窨茉莉鲜花，再手工揉成珠。热水里舒展开来，满屋子都是夏天傍晚的味道。',
      },
      'zh-TW': {
        name: '茉莉龍珠 花茶',
        description: '以福建春季綠茶為底，七次窨製茉莉鮮花，再以手工揉成圓珠。熱水中慢慢舒展，滿室都是夏日傍晚的香氣。',
      },
      en: {
        name: 'Jasmine Dragon Pearl Tea',
        description:
          'Spring green tea from Fujian, scented seven times with fresh jasmine and rolled into pearls by hand. They open slowly in hot water and fill the room.',
      },
    },
    images: ['jasmine-pearl-tea.svg'],
    variants: [
      {
        sku: 'TEA-JSM-080',
        names: { 'zh-CN': '80 克 罐装', 'zh-TW': '80 克 罐裝', en: '80 g tin' },
        price: 8800n,
        onHand: 210,
      },
      {
        sku: 'TEA-JSM-200',
        names: { 'zh-CN': '200 克 袋装', 'zh-TW': '200 克 袋裝', en: '200 g pouch' },
        price: 18800n,
        onHand: 95,
      },
    ],
  },
  {
    slug: 'tieguanyin-oolong-tea',
    category: 'tea',
    texts: {
      'zh-CN': {
        name: '安溪铁观音 清香乌龙茶',
        description: '安溪高山秋茶，轻焙火，兰花香明显，回甘来得快。一泡七克独立小包，办公室里也方便。',
      },
      'zh-TW': {
        name: '安溪鐵觀音 清香烏龍茶',
        description: '安溪高山秋茶，輕焙火，蘭花香清揚，回甘迅速。每泡七公克獨立小包裝，在辦公室沖泡也很方便。',
      },
      en: {
        name: 'Anxi Tieguanyin Oolong Tea',
        description:
          'An autumn harvest from the Anxi hills, lightly roasted: orchid on the nose, a quick sweetness after. Packed in 7 g sachets, one for each session.',
      },
    },
    images: ['tieguanyin-oolong-tea.svg'],
    variants: [
      {
        sku: 'TEA-TGY-126',
        names: { 'zh-CN': '18 小包 126 克', 'zh-TW': '18 小包 126 克', en: '18 sachets, 126 g' },
        price: 11800n,
        onHand: 180,
      },
      {
        sku: 'TEA-TGY-252',
        names: { 'zh-CN': '36 小包 252 克', 'zh-TW': '36 小包 252 克', en: '36 sachets, 252 g' },
        price: 21800n,
        onHand: 90,
      },
    ],
  },
  {
    slug: 'alishan-oolong-tea',
    category: 'tea',
    texts: {
      'zh-CN': {
        name: '阿里山高山乌龙茶',
        description: '海拔一千三百米以上的茶园，云雾多、日照短，茶汤厚而不涩，带奶香和青苹果的清甜。',
      },
      'zh-TW': {
        name: '阿里山高山烏龍茶',
        description: '海拔一千三百公尺以上的茶園，雲霧繚繞、日照短，茶湯醇厚不澀，帶著奶香與青蘋果般的清甜。',
      },
      en: {
        name: 'Alishan High-Mountain Oolong Tea',
        description:
          'Grown above 1,300 metres, where mist keeps the leaves thick and tender. Creamy and full, with the sweetness of green apple and no bite.',
      },
    },
    images: ['alishan-oolong-tea.svg'],
    variants: [
      {
        sku: 'TEA-ALS-075',
        names: { 'zh-CN': '75 克', 'zh-TW': '75 克', en: '75 g' },
        price: 15800n,
        onHand: 70,
      },
      {
        sku: 'TEA-ALS-150',
        names: { 'zh-CN': '150 克', 'zh-TW': '150 克', en: '150 g' },
        price: 29800n,
        onHand: 36,
      },
    ],
  },
  {
    slug: 'keemun-black-tea',
    category: 'tea',
    texts: {
      'zh-CN': {
        name: '祁门红茶 特级祁红',
        description: '出了名的“祁门香”：像蜜，像苹果，又有一点玫瑰。茶汤红亮，清饮或加奶都好。',
      },
      'zh-TW': {
        name: '祁門紅茶 特級祁紅',
        description: '聞名於世的「祁門香」：似蜜、似蘋果，又帶一絲玫瑰。茶湯紅亮，純飲或調成鮮奶茶都合適。',
      },
      en: {
        name: 'Keemun Black Tea',
        description:
          'The classic from Qimen: honey, ripe apple and a little rose, in a bright red cup. Good on its own, and it stands up to milk.',
      },
    },
    images: ['keemun-black-tea.svg'],
    variants: [
      {
        sku: 'TEA-KM-100',
        names: { 'zh-CN': '100 克 罐装', 'zh-TW': '100 克 罐裝', en: '100 g tin' },
        price: 10800n,
        onHand: 200,
      },
      {
        sku: 'TEA-KM-250',
        names: { 'zh-CN': '250 克 袋装', 'zh-TW': '250 克 袋裝', en: '250 g pouch' },
        price: 22800n,
        onHand: 110,
      },
    ],
  },
  {
    slug: 'ripe-puer-tea',
    category: 'tea',
    texts: {
      'zh-CN': {
        name: '云南普洱熟茶 七年陈',
        description: '勐海大树料，干仓存放七年，陈香干净，汤厚滑。357 克一饼，附一把撬茶的小针。',
      },
      'zh-TW': {
        name: '雲南普洱熟茶 七年陳',
        description: '選用勐海大樹茶菁，乾倉存放七年，陳香純淨，茶湯滑順厚實。一餅 357 公克，附一支撬茶針。',
      },
      en: {
        name: "Ripe Pu'er Tea, Aged Seven Years",
        description:
          'A 357 g cake of leaf from old trees in Menghai, kept dry for seven years. Dark, smooth and clean, with wood and dates. A small pick for loosening the leaves comes with it.',
      },
    },
    images: ['ripe-puer-tea.svg'],
    variants: [
      {
        sku: 'TEA-PE-357',
        names: { 'zh-CN': '单饼 357 克', 'zh-TW': '單餅 357 克', en: 'One cake, 357 g' },
        price: 26800n,
        onHand: 60,
      },
      {
        sku: 'TEA-PE-357X7',
        names: { 'zh-CN': '整提七饼', 'zh-TW': '整提七餅', en: 'Stack of seven cakes' },
        price: 168000n,
        onHand: 3,
      },
    ],
  },
  {
    slug: 'white-peony-tea',
    category: 'tea',
    texts: {
      'zh-CN': {
        name: '福鼎白牡丹 白茶',
        description: '只萎凋、不炒不揉，叶背白毫清晰可见。刚喝是毫香和花香，存几年会变得像枣一样甜。',
      },
      'zh-TW': {
        name: '福鼎白牡丹 白茶',
        description: '只經萎凋，不炒不揉，葉背白毫清晰可見。新茶有毫香與花香，存放幾年後會轉為紅棗般的甘甜。',
      },
      en: {
        name: 'Fuding White Peony, a White Tea',
        description:
          'Withered and dried, nothing more, so the silver down is still on the leaf. Light and flowery now; kept for a few years it turns sweet as dates.',
      },
    },
    images: ['white-peony-tea.svg'],
    variants: [
      {
        sku: 'TEA-WP-060',
        names: { 'zh-CN': '60 克', 'zh-TW': '60 克', en: '60 g' },
        price: 8600n,
        onHand: 130,
      },
      {
        sku: 'TEA-WP-200',
        names: { 'zh-CN': '200 克', 'zh-TW': '200 克', en: '200 g' },
        price: 24800n,
        onHand: 55,
      },
    ],
  },
  {
    slug: 'chrysanthemum-herbal-tea',
    category: 'tea',
    texts: {
      'zh-CN': {
        name: '桐乡胎菊 菊花茶',
        description: '未全开的杭白菊，低温烘干，汤色金黄，不含咖啡因。盯了一天屏幕，晚上泡几朵正好。',
      },
      'zh-TW': {
        name: '桐鄉胎菊 菊花茶',
        description: '採未全開的杭白菊，低溫烘乾，湯色金黃，不含咖啡因。盯了一整天螢幕，晚上泡幾朵剛剛好。',
      },
      en: {
        name: 'Chrysanthemum Herbal Tea',
        description:
          'Young buds from Tongxiang, dried gently: golden, honeyed and free of caffeine. A kind end to a day at the screen.',
      },
    },
    images: ['chrysanthemum-herbal-tea.svg'],
    variants: [
      {
        sku: 'TEA-CHR-050',
        names: { 'zh-CN': '50 克 罐装', 'zh-TW': '50 克 罐裝', en: '50 g tin' },
        price: 4900n,
        onHand: 260,
      },
    ],
  },
];
