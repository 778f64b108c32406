export const mishapKinds = [
  'no answer',
  'cut',
  /** Answered after `delayMs`. */
  'late',
  /** A signed 500 SYSTEM_ERROR. */
  'error',
  /** A 502 of a proxy, in HTML and without a signature. */
  'bad gateway',
  'unsigned',
  /** Signed with a key that is not the platform's, under its serial. */
  'forged',
  /** Signed an hour ago. */
  'old',
  'refuse',
] as const;

/** What befalls a request on its way or its answer on the way back. */
export interface Mishap {
  readonly how: (typeof mishapKinds)[number];
  /** Whether the request was carried out. What is refused was not. */
  readonly applied: boolean;
  /** For `refuse`: in WeChat Pay's words. */
  readonly status?: number;
  readonly code?: string;
  readonly delayMs?: number;
  /** For `no answer`, in process: called once the request is there, so that a test moves time instead of waiting. */
  readonly held?: () => void;
  /** Only requests whose path begins so. */
  readonly path?: string;
}

export class Mishaps {
  readonly #waiting: Mishap[] = [];

  /** The next request that it is for meets with it, as often as told. */
  plan(mishap: Mishap, times = 1): void {
    for (let time = 0; time < times; time += 1) this.#waiting.push(mishap);
  }

  clear(): void {
    this.#waiting.length = 0;
  }

  take(path: string): Mishap | undefined {
    const index = this.#waiting.findIndex((mishap) => path.startsWith(mishap.path ?? '/v3/'));
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
  }
}
