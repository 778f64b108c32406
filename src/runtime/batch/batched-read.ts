/**
 * Merges reads: what is asked while one query is in flight waits for the next, which reads all of it at once. No timers;
 * an answer is never older than its question.
 *
 * @param read answers many keys with one query; what it leaves out has no value
 * @param keysMost the most keys of one query
 */
export function batchedRead<Key, Value>(
  read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
  keysMost = 2_000,
): (keys: readonly Key[]) => Promise<Map<Key, Value>> {
  let waiting: Question<Key, Value>[] = [];
  let running = false;

  const run = async (): Promise<void> => {
    // What is asked in the same turn of the event loop goes into the same query.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = taken(waiting, keysMost);
      waiting = waiting.slice(batch.length);
      await settle(batch, read);
    }
    running = false;
  };

  return (keys) =>
    new Promise((answer, fail) => {
      waiting.push({ keys, answer, fail });
      if (running) return;
      running = true;
      void run();
    });
}

/** A batched read per owner, for instance per database: routes are values, and have no place of their own to keep one. */
export function batchedReadBy<Owner extends object, Key, Value>(
  read: (owner: Owner, keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
  keysMost?: number,
): (owner: Owner, keys: readonly Key[]) => Promise<Map<Key, Value>> {
  const reads = new WeakMap<Owner, (keys: readonly Key[]) => Promise<Map<Key, Value>>>();
  return (owner, keys) => {
    let ownRead = reads.get(owner);
    if (!ownRead) {
      ownRead = batchedRead((wanted: readonly Key[]) => read(owner, wanted), keysMost);
      reads.set(owner, ownRead);
    }
    return ownRead(keys);
  };
}

/**
 * Shares reads: who asks what is being read at this moment waits for the next read of it, together with all others who do. So
 * an answer is never older than its question, and however many ask the same, it is read once at a time.
 *
 * @param read of one question, which is plain JSON; questions with the same text are the same
 */
export function sharedReadBy<Owner extends object, Question, Answer>(
  read: (owner: Owner, question: Question) => Promise<Answer>,
): (owner: Owner, question: Question) => Promise<Answer> {
  const underWay = new WeakMap<Owner, Map<string, Shared<Answer>>>();

  const begin = (owner: Owner, question: Question, name: string, reads: Map<string, Shared<Answer>>) => {
    const shared: Shared<Answer> = { running: read(owner, question), next: undefined };
    reads.set(name, shared);
    const end = (): void => {
      if (!shared.next) reads.delete(name);
    };
    shared.running.then(end, end);
    return shared.running;
  };

  return (owner, question) => {
    const name = JSON.stringify(question);
    const reads = underWay.get(owner) ?? new Map<string, Shared<Answer>>();
    underWay.set(owner, reads);
    const shared = reads.get(name);
    if (!shared) return begin(owner, question, name, reads);
    const next = (): Promise<Answer> => begin(owner, question, name, reads);
    shared.next ??= shared.running.then(next, next);
    return shared.next;
  };
}

interface Shared<Answer> {
  readonly running: Promise<Answer>;
  /** Begins when that is over. */
  next: Promise<Answer> | undefined;
}

interface Question<Key, Value> {
  readonly keys: readonly Key[];
  readonly answer: (values: Map<Key, Value>) => void;
  readonly fail: (error: unknown) => void;
}

/** From the front, as many questions as fit; always one. */
function taken<Key, Value>(waiting: readonly Question<Key, Value>[], keysMost: number): Question<Key, Value>[] {
  let keys = 0;
  const end = waiting.findIndex((question, index) => {
    keys += question.keys.length;
    return index > 0 && keys > keysMost;
  });
  return waiting.slice(0, end === -1 ? waiting.length : end);
}

async function settle<Key, Value>(
  batch: readonly Question<Key, Value>[],
  read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
): Promise<void> {
  try {
    const values = await read([...new Set(batch.flatMap(({ keys }) => keys))]);
    for (const { keys, answer } of batch) {
      const own = new Map<Key, Value>();
      for (const key of keys) {
        const value = values.get(key);
        if (value !== undefined) own.set(key, value);
      }
      answer(own);
    }
  } catch (error) {
    for (const { fail } of batch) fail(error);
  }
}
