/** How products can be sorted. */
export const sorts = ['relevance', 'newest', 'price_asc', 'price_desc', 'name'] as const;
export type Sort = (typeof sorts)[number];
