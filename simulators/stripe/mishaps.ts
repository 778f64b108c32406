/** What shall befall a request. `applied`: after Stripe has done what was asked. */
export const mishaps = [
  'refused',
  'rate limit',
  'no answer, not applied',
  'no answer, applied',
  'connection cut, not applied',
  'connection cut, applied',
  'server error, not applied',
  'server error, applied',
  'bad gateway, not applied',
  'json of a proxy, applied',
  'text of a proxy, applied',
  'answer in drips, applied',
  'answer cut in the middle, applied',
  'slow',
] as const;

export type Mishap = (typeof mishaps)[number];

export interface Failing {
  readonly mishap: Mishap;
  /** Requests left that it befalls. */
  times: number;
  /** Only those whose `METHOD /path` begins so. */
  readonly of: string;
}

export interface Failures {
  next(mishap: Mishap, options?: { readonly times?: number; readonly of?: string }): void;
  take(request: string): Mishap | undefined;
  clear(): void;
}

export function failures(): Failures {
  const waiting: Failing[] = [];
  return {
    next(mishap, { times = 1, of = '' } = {}) {
      waiting.push({ mishap, times, of });
    },
    take(request) {
      const failing = waiting.find((one) => one.times > 0 && request.startsWith(one.of));
      if (!failing) return undefined;
      failing.times -= 1;
      if (failing.times === 0) waiting.splice(waiting.indexOf(failing), 1);
      return failing.mishap;
    },
    clear: () => void waiting.splice(0),
  };
}
