export { demoCategories } from './categories.ts';
export type { DemoProduct } from './product.ts';
export { demoProducts } from './products.ts';

/** The folder of the pictures which products name in `images`, with a slash at its end. */
export const demoImagesUrl = new URL('./images/', import.meta.url);
