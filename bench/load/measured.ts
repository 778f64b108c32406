import type { Answer } from './http.ts';
import { Latencies, type Summary } from './latencies.ts';

/** What comes of one window, as the buyers see it. */
export class Measured {
  readonly #calls = new Map<string, Latencies>();
  readonly #unexpected = new Map<string, number>();
  readonly #expected = new Map<string, number>();
  readonly #startedMs = performance.now();
  late = 0;
  done = 0;

  took(call: string, ms: number): void {
    let latencies = this.#calls.get(call);
    if (!latencies) {
      latencies = new Latencies();
      this.#calls.set(call, latencies);
    }
    latencies.add(ms);
  }

  expectedNot(call: string, { status, body }: Answer): void {
    const code = /"code":"(\w+)"/.exec(body)?.[1] ?? '';
    const what = `${call} ${status} ${code}`.trim();
    this.#unexpected.set(what, (this.#unexpected.get(what) ?? 0) + 1);
  }

  /** The store has one more order, which ends up like that; it was another status before, where there was one. */
  becomes(status: string, before?: string): void {
    this.#expected.set(status, (this.#expected.get(status) ?? 0) + 1);
    if (before !== undefined) this.#expected.set(before, (this.#expected.get(before) ?? 0) - 1);
  }

  get calls(): Record<string, Summary> {
    const byName = [...this.#calls].sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(byName.map(([call, latencies]) => [call, latencies.summary()]));
  }

  get unexpected(): Record<string, number> {
    return Object.fromEntries(this.#unexpected);
  }

  get expected(): Record<string, number> {
    return Object.fromEntries([...this.#expected].filter(([, count]) => count > 0));
  }

  progress(): string {
    const seconds = (performance.now() - this.#startedMs) / 1_000;
    const unexpected = [...this.#unexpected].map(([what, count]) => `, ${count} × ${what}`).join('');
    return `${this.done} orders, ${Math.round(this.done / seconds)}/s${unexpected}`;
  }
}
