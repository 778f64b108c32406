import type { DemoProduct } from './product.ts';
import { books } from './products/books.ts';
import { coffee } from './products/coffee.ts';
import { electronics } from './products/electronics.ts';
import { gifts } from './products/gifts.ts';
import { kitchen } from './products/kitchen.ts';
import { outdoor } from './products/outdoor.ts';
import { stationery } from './products/stationery.ts';
import { tea } from './products/tea.ts';
import { teaware } from './products/teaware.ts';

/** The demo catalogue, by category in the order of the menu. */
export const demoProducts: readonly DemoProduct[] = [
  ...tea,
  ...teaware,
  ...coffee,
  ...electronics,
  ...kitchen,
  ...stationery,
  ...outdoor,
  ...books,
  ...gifts,
];
