import type { DemoCategory } from './product.ts';

/** In the order a shop's menu shows them. */
export const demoCategories: readonly DemoCategory[] = [
  { slug: 'tea', names: { 'zh-CN': '茶叶', 'zh-TW': '茶葉', en: 'Tea' } },
  { slug: 'teaware', names: { 'zh-CN': '茶具', 'zh-TW': '茶具', en: 'Teaware' } },
  { slug: 'coffee', names: { 'zh-CN': '咖啡与手冲', 'zh-TW': '咖啡與手沖', en: 'Coffee & Pour-Over' } },
  { slug: 'electronics', names: { 'zh-CN': '影音数码', 'zh-TW': '影音 3C', en: 'Audio & Electronics' } },
  { slug: 'kitchen', names: { 'zh-CN': '厨房与家居', 'zh-TW': '廚房與居家', en: 'Kitchen & Home' } },
  { slug: 'stationery', names: { 'zh-CN': '文具', 'zh-TW': '文具', en: 'Stationery' } },
  { slug: 'outdoor', names: { 'zh-CN': '户外露营', 'zh-TW': '戶外露營', en: 'Outdoor & Camping' } },
  { slug: 'books', names: { 'zh-CN': '图书', 'zh-TW': '書籍', en: 'Books' } },
  { slug: 'gifts', names: { 'zh-CN': '礼物', 'zh-TW': '禮物', en: 'Gifts' } },
];
