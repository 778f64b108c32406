/**
 * Search in Chinese and English on a plain tsvector column with a GIN index. Text is analysed here, on the way in and on
 * the way out, so the database needs no dictionary and works in any locale:
 *
 *     UPDATE … SET search = $1::tsvector                                  $1 = searchDocument(product)
 *     SELECT … WHERE search @@ $1::tsquery ORDER BY rank DESC, id         $1 = one of searchQuery(text).levels
 *       with rankExpression('search', '$2::tsquery[]') AS rank            $2 = searchQuery(text).ranking
 */
export { analyse } from './search/analysis.ts';
export { type SearchableProduct, searchDocument } from './search/document.ts';
export { rankExpression, type SearchQuery, searchQuery } from './search/query.ts';
