import type { DemoProduct } from '../product.ts';

export const electronics: readonly DemoProduct[] = [
  {
    slug: 'noise-cancelling-headphones',
    category: 'electronics',
    texts: {
      'zh-CN': {
        name: '头戴式无线降噪蓝牙耳机',
        description: '主动降噪，地铁里也能听清小提琴。续航 40 小时，蛋白皮耳罩久戴不夹，可同时连两台设备。',
      },
      'zh-TW': {
        name: '耳罩式無線降噪藍牙耳機',
        description: '主動降噪，在捷運上也聽得清小提琴。續航 40 小時，蛋白皮耳罩久戴不緊繃，可同時連接兩台裝置。',
      },
      en: {
        name: 'Wireless Noise-Cancelling Headphones',
        description:
          'Over-ear Bluetooth headphones that let you hear a violin on the underground. Forty hours to a charge, soft pads, and two devices at once.',
      },
    },
    images: ['noise-cancelling-headphones.svg'],
    variants: [
      {
        sku: 'AUD-ANC-BK',
        names: { 'zh-CN': '曜石黑', 'zh-TW': '曜石黑', en: 'Obsidian black' },
        price: 89900n,
        onHand: 75,
      },
      {
        sku: 'AUD-ANC-IV',
        names: { 'zh-CN': '米白', 'zh-TW': '米白', en: 'Ivory' },
        price: 89900n,
        onHand: 60,
      },
    ],
  },
  {
    slug: 'true-wireless-earbuds',
    category: 'electronics',
    texts: {
      'zh-CN': {
        name: '真无线蓝牙耳机',
        description: '单只 4.5 克，戴上就忘了它。IPX5 防汗，充电盒合计 30 小时，跑步通勤都不掉。',
      },
      'zh-TW': {
        name: '真無線藍牙耳機',
        description: '單耳 4.5 公克，戴上就忘了它的存在。IPX5 防汗，含充電盒共 30 小時，跑步通勤都不易掉。',
      },
      en: {
        name: 'True Wireless Earbuds',
        description:
          'Bluetooth earphones of 4.5 g each that stay in when you run and shrug off sweat (IPX5). Thirty hours with the case.',
      },
    },
    images: ['true-wireless-earbuds.svg'],
    variants: [
      {
        sku: 'AUD-TWS-WH',
        names: { 'zh-CN': '白色', 'zh-TW': '白色', en: 'White' },
        price: 29900n,
        onHand: 220,
      },
      {
        sku: 'AUD-TWS-GN',
        names: { 'zh-CN': '松绿', 'zh-TW': '松綠', en: 'Pine green' },
        price: 29900n,
        onHand: 130,
      },
    ],
  },
  {
    slug: 'wired-in-ear-earphones',
    category: 'electronics',
    texts: {
      'zh-CN': {
        name: '有线入耳式耳机',
        description: '10 毫米动圈，人声清楚，低频不糊。线控带麦，开会不用担心没电。',
      },
      'zh-TW': {
        name: '有線入耳式耳機',
        description: '10 mm 動圈單體，人聲清晰、低頻不糊。附線控麥克風，開會不必擔心沒電。',
      },
      en: {
        name: 'Wired In-Ear Earphones',
        description:
          'A 10 mm driver with clear voices and bass that keeps its shape. There is a microphone on the cable, and nothing to charge before a meeting.',
      },
    },
    images: ['wired-in-ear-earphones.svg'],
    variants: [
      {
        sku: 'AUD-IEM-35',
        names: { 'zh-CN': '3.5 毫米插头', 'zh-TW': '3.5 mm 接頭', en: '3.5 mm plug' },
        price: 9900n,
        onHand: 260,
      },
      {
        sku: 'AUD-IEM-UC',
        names: { 'zh-CN': 'USB-C 插头', 'zh-TW': 'USB-C 接頭', en: 'USB-C plug' },
        price: 10900n,
        onHand: 190,
      },
    ],
  },
  {
    slug: 'walnut-headphone-stand',
    category: 'electronics',
    texts: {
      'zh-CN': {
        name: '胡桃木耳机支架',
        description: '一整块胡桃木弯成，给头戴式耳机一个站着的地方，底座有理线槽。',
      },
      'zh-TW': {
        name: '胡桃木耳機架',
        description: '以整塊胡桃木彎製而成，讓耳罩式耳機有個安身之處，底座附理線槽。',
      },
      en: {
        name: 'Walnut Headphone Stand',
        description:
          'Bent from a single piece of walnut, so your headphones have somewhere to be when they are not on your head. The base has a groove for the cable.',
      },
    },
    images: ['walnut-headphone-stand.svg'],
    variants: [
      {
        sku: 'AUD-STD-WN',
        names: { 'zh-CN': '胡桃木色', 'zh-TW': '胡桃木色', en: 'Walnut' },
        price: 15900n,
        onHand: 50,
      },
    ],
  },
  {
    slug: 'portable-bluetooth-speaker',
    category: 'electronics',
    texts: {
      'zh-CN': {
        name: '便携蓝牙音箱',
        description: '手掌大小，IP67 防尘防水，挂在背包上就走。浴室、厨房、山顶都有音乐，两只还能配成立体声。',
      },
      'zh-TW': {
        name: '攜帶式藍牙喇叭',
        description: '手掌大小，IP67 防塵防水，掛在背包上就能出門。浴室、廚房、山頂都有音樂，兩顆還能配對成立體聲。',
      },
      en: {
        name: 'Portable Bluetooth Speaker',
        description:
          'The size of a hand, sealed against dust and water (IP67), with a loop for your bag: music in the shower or on a summit. Pair two for stereo.',
      },
    },
    images: ['portable-bluetooth-speaker.svg'],
    variants: [
      {
        sku: 'AUD-SPK-BL',
        names: { 'zh-CN': '雾蓝', 'zh-TW': '霧藍', en: 'Mist blue' },
        price: 25900n,
        onHand: 110,
      },
      {
        sku: 'AUD-SPK-OR',
        names: { 'zh-CN': '暖橙', 'zh-TW': '暖橘', en: 'Warm orange' },
        price: 25900n,
        onHand: 95,
      },
    ],
  },
  {
    slug: 'slim-power-bank',
    category: 'electronics',
    texts: {
      'zh-CN': {
        name: '轻薄充电宝 10000 毫安时',
        description: '比手机还薄的移动电源，22.5W 快充，自带 USB-C 线，符合民航随身携带规定。',
      },
      'zh-TW': {
        name: '輕薄行動電源 10000 mAh',
        description: '比手機還薄，22.5W 快充，內建 USB-C 充電線，符合飛航隨身攜帶規定。',
      },
      en: {
        name: 'Slim Power Bank, 10,000 mAh',
        description:
          'Thinner than the phone it charges, with a USB-C cable built in and 22.5 W when you are in a hurry. Allowed in cabin baggage.',
      },
    },
    images: ['slim-power-bank.svg'],
    variants: [
      {
        sku: 'ELE-PB-WH',
        names: { 'zh-CN': '白色', 'zh-TW': '白色', en: 'White' },
        price: 12900n,
        onHand: 300,
      },
      {
        sku: 'ELE-PB-BK',
        names: { 'zh-CN': '黑色', 'zh-TW': '黑色', en: 'Black' },
        price: 12900n,
        onHand: 280,
      },
    ],
  },
  {
    slug: 'gan-charger-65w',
    category: 'electronics',
    texts: {
      'zh-CN': {
        name: '65W 氮化镓充电器 三口',
        description: '两个 USB-C 一个 USB-A，手机、平板和笔记本电脑一个头全搞定，插脚可折叠。',
      },
      'zh-TW': {
        name: '65W 氮化鎵充電器 三孔',
        description: '兩個 USB-C、一個 USB-A，手機、平板與筆電一顆搞定，插腳可摺疊收納。',
      },
      en: {
        name: '65 W GaN USB-C Charger',
        description:
          'Two USB-C ports and one USB-A in a plug that folds flat: enough for a phone, a tablet and a laptop together.',
      },
    },
    images: ['gan-charger-65w.svg'],
    variants: [
      {
        sku: 'ELE-GAN-65',
        names: { 'zh-CN': '单充电器', 'zh-TW': '單充電器', en: 'Charger only' },
        price: 14900n,
        onHand: 240,
      },
      {
        sku: 'ELE-GAN-65C',
        names: { 'zh-CN': '含 1.5 米数据线', 'zh-TW': '含 1.5 公尺傳輸線', en: 'With 1.5 m cable' },
        price: 17900n,
        onHand: 160,
      },
    ],
  },
  {
    slug: 'mechanical-keyboard',
    category: 'electronics',
    texts: {
      'zh-CN': {
        name: '75 键无线机械键盘',
        description: '热插拔轴体，棉垫消音，敲起来像雨打在木桌上。蓝牙、2.4G、有线三种连接方式。',
      },
      'zh-TW': {
        name: '75 鍵無線機械式鍵盤',
        description: '可熱插拔軸體、消音棉墊，敲起來像雨滴落在木桌上。支援藍牙、2.4G 與有線三種連接方式。',
      },
      en: {
        name: 'Wireless Mechanical Keyboard',
        description:
          'Seventy-five keys on hot-swappable switches, damped so that it sounds like rain on a wooden table. Bluetooth, 2.4 GHz or cable.',
      },
    },
    images: ['mechanical-keyboard.svg'],
    variants: [
      {
        sku: 'ELE-KB-LIN',
        names: { 'zh-CN': '线性轴', 'zh-TW': '線性軸', en: 'Linear switches' },
        price: 39900n,
        onHand: 70,
      },
      {
        sku: 'ELE-KB-TAC',
        names: { 'zh-CN': '段落轴', 'zh-TW': '段落軸', en: 'Tactile switches' },
        price: 39900n,
        onHand: 66,
      },
    ],
  },
  {
    slug: 'aluminium-laptop-stand',
    category: 'electronics',
    texts: {
      'zh-CN': {
        name: '铝合金笔记本电脑支架',
        description: '六档高度，屏幕抬到与视线平齐，脖子轻松。折起来只有一本杂志厚。',
      },
      'zh-TW': {
        name: '鋁合金筆電支架',
        description: '六段高度，螢幕抬到與視線齊平，肩頸更輕鬆。收摺後只有一本雜誌厚。',
      },
      en: {
        name: 'Aluminium Laptop Stand',
        description:
          'Six heights bring the screen up to your eyes and let your neck rest. Folds to the thickness of a magazine.',
      },
    },
    images: ['aluminium-laptop-stand.svg'],
    variants: [
      {
        sku: 'ELE-LST-SL',
        names: { 'zh-CN': '银色', 'zh-TW': '銀色', en: 'Silver' },
        price: 11900n,
        onHand: 125,
      },
    ],
  },
];
