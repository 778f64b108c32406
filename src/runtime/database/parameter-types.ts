const casts = /\$(\d+)::(\w+(?:\[\])?)/g;
/** As many statements as a session prepares, and some. Beyond a bound, which only generated SQL can reach, each is read each time. */
const knownMost = 2_000;

const known = new Map<string, ReadonlyMap<number, string>>();

/**
 * The types of a statement's parameters by their number, as far as it says: `$1::text[]` makes `text[]` of the first. The server
 * takes a parameter to be of the type that it is cast to.
 */
export function parameterTypesOf(statement: string): ReadonlyMap<number, string> {
  let types = known.get(statement);
  if (!types) {
    types = readCasts(statement);
    if (known.size < knownMost) known.set(statement, types);
  }
  return types;
}

function readCasts(statement: string): ReadonlyMap<number, string> {
  const types = new Map<number, string>();
  for (const [, number, type = ''] of statement.matchAll(casts)) {
    const own = types.get(Number(number));
    // Of two the server takes the first, wherever that may be.
    types.set(Number(number), own === undefined || own === type ? type : '');
  }
  return types;
}
