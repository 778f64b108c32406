/**
 * Rows from arrays that are parameters, one for each column: `from ${rowsOf('id text, paid bigint')} as new` has the ids in
 * `$1` and the amounts in `$2`. The arrays are opened side by side in a select's list. `from unnest(a, b)` says the same, but
 * has PostgreSQL put each array into a store of its own before it reads them: up to a fifth of what a wide row costs
 * (docs/performance.md).
 *
 * @param columns names with their types, as in a table's definition; the arrays are all of one length
 * @param first the number of the first parameter
 */
export function rowsOf(columns: string, first = 1): string {
  const opened = columns.split(',').map((column, index) => {
    const [name, type, ...more] = column.trim().split(/\s+/);
    if (!name || !type || more.length > 0) throw new Error(`not a name and a type: '${column.trim()}'`);
    return `unnest($${first + index}::${type}[]) as ${name}`;
  });
  return `(select ${opened.join(', ')})`;
}
