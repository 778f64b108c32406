import { expect, test } from 'vitest';
import { Latencies, percentile } from './latencies.ts';

test('percentiles are values that were measured, by nearest rank', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  expect([0.5, 0.95, 0.99, 1].map((fraction) => percentile(hundred, fraction))).toEqual([50, 95, 99, 100]);
  expect(percentile(Float64Array.of(7), 0.99)).toBe(7);
  expect(percentile(new Float64Array(), 0.5)).toBe(0);
});

test('no latency is lost when there are many, in any order', () => {
  const latencies = new Latencies();
  for (let ms = 10_000; ms > 0; ms -= 1) latencies.add(ms);
  expect(latencies.summary()).toEqual({ count: 10_000, p50Ms: 5_000, p95Ms: 9_500, p99Ms: 9_900, maxMs: 10_000 });
});
