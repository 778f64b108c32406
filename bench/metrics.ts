/** Work in one transaction: what a service's writer brought together. */
export interface Batches {
  readonly service: string;
  readonly batches: number;
  readonly items: number;
  /** No more than this in at least 95 of 100: the bound of a bucket. */
  readonly p95: number;
}

interface Histogram {
  count: number;
  sum: number;
  /** By upper bound, cumulative. */
  readonly buckets: Map<number, number>;
}

export type BatchHistograms = ReadonlyMap<string, Histogram>;

/** Reads `suanpan_batch_items` from the /metrics of each process of the platform; those of one service add up. */
export async function scrapeBatches(internalPorts: readonly number[]): Promise<BatchHistograms> {
  const texts = internalPorts.map(async (port) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  return readBatches((await Promise.all(texts)).join('\n'));
}

/** From the text format of Prometheus. */
export function readBatches(text: string): BatchHistograms {
  const histograms = new Map<string, Histogram>();
  for (const [, part, labels = '', value] of text.matchAll(
    /^suanpan_batch_items_(bucket|sum|count)\{(.*)\} (\S+)$/gm,
  )) {
    const service = /service="([^"]*)"/.exec(labels)?.[1] ?? '';
    let histogram = histograms.get(service);
    if (!histogram) {
      histogram = { count: 0, sum: 0, buckets: new Map() };
      histograms.set(service, histogram);
    }
    if (part === 'bucket') {
      const bound = Number((/le="([^"]*)"/.exec(labels)?.[1] ?? '').replace('+Inf', 'Infinity'));
      histogram.buckets.set(bound, (histogram.buckets.get(bound) ?? 0) + Number(value));
    } else histogram[part === 'sum' ? 'sum' : 'count'] += Number(value);
  }
  return histograms;
}

/** What came between two looks, by service, largest first; services that wrote nothing are left out. */
export function batchesBetween(before: BatchHistograms, after: BatchHistograms): Batches[] {
  return [...after]
    .map(([service, histogram]) => {
      const earlier = before.get(service);
      const batches = histogram.count - (earlier?.count ?? 0);
      const bounds = [...histogram.buckets].sort(([one], [other]) => one - other);
      const p95 = bounds.find(([bound, count]) => count - (earlier?.buckets.get(bound) ?? 0) >= 0.95 * batches)?.[0];
      return { service, batches, items: histogram.sum - (earlier?.sum ?? 0), p95: p95 ?? Number.POSITIVE_INFINITY };
    })
    .filter(({ batches }) => batches > 0)
    .sort((one, other) => other.items - one.items);
}
