/** Does the work for each, so many at a time. */
export async function inTurns<T>(
  all: readonly T[],
  work: (one: T, index: number) => Promise<void>,
  lanes = 16,
): Promise<void> {
  const rest = [...all.entries()].reverse();
  const lane = async (): Promise<void> => {
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) await work(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
