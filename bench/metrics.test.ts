import { expect, test } from 'vitest';
import { batchesBetween, readBatches } from './metrics.ts';

function page(service: string, ones: number, fours: number): string {
  return `# TYPE suanpan_batch_items histogram
suanpan_batch_items_bucket{le="1",service="${service}"} ${ones}
suanpan_batch_items_bucket{le="4",service="${service}"} ${ones + fours}
suanpan_batch_items_bucket{le="+Inf",service="${service}"} ${ones + fours}
suanpan_batch_items_sum{service="${service}"} ${ones + 4 * fours}
suanpan_batch_items_count{service="${service}"} ${ones + fours}
suanpan_other_sum{service="${service}"} 7
`;
}

test('of two looks at the histograms the difference counts, for each service that wrote something', () => {
  const before = readBatches(page('ordering', 10, 5) + page('wallet', 3, 0));
  const after = readBatches(page('ordering', 15, 100) + page('wallet', 3, 0) + page('payment', 100, 2));
  expect(batchesBetween(before, after)).toEqual([
    { service: 'ordering', batches: 100, items: 5 + 4 * 95, p95: 4 },
    { service: 'payment', batches: 102, items: 108, p95: 1 },
  ]);
});

test('processes of the same service count together', () => {
  const both = readBatches(page('ordering', 1, 2) + page('ordering', 10, 20));
  expect(batchesBetween(new Map(), both)).toEqual([{ service: 'ordering', batches: 33, items: 99, p95: 4 }]);
});
