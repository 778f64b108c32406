import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '#contracts/http/runtime-insight.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { figuresOf, quantile } from './figures.ts';

const bounds = [0.1, 1];
const startAt = 1_800_000_000_000;
const sampleAt = (step: number, given: Partial<Sample> = {}): Sample => ({
  ...{
    at: toTimestamp(startAt + step * 5_000 + 12),
    handled: [],
    requests: [],
    retries: [],
    backlog: [],
    deadLetters: [],
  },
  ...given,
});
const placed = (count: number, errors: number, within: number[]) => [
  { operation: 'placeOrder', count, errors, within },
];

describe('rates', () => {
  it('are what was counted between samples, of all processes together', () => {
    const confirmed = (count: number) => [{ service: 'ordering', type: 'inventory.stock-reduced', count }];
    const one = { bounds, samples: [sampleAt(0, { handled: confirmed(10) }), sampleAt(1, { handled: confirmed(30) })] };
    const other = { bounds, samples: [sampleAt(0), sampleAt(1, { handled: confirmed(5) })] };
    const { series, now } = figuresOf([one, other]);
    expect(series.map(({ at, confirmedPerSecond }) => [at, confirmedPerSecond])).toEqual([
      [toTimestamp(startAt + 5_000), 5],
    ]);
    expect(now).toMatchObject({ confirmedPerSecond: 5, ordersPerSecond: 0, p50Ms: null });
  });

  it('of requests have their latencies and errors', () => {
    const samples = [
      sampleAt(0, { requests: placed(100, 0, [100, 100]) }),
      sampleAt(1, { requests: placed(110, 1, [105, 109]) }),
    ];
    expect(figuresOf([{ bounds, samples }]).operations).toEqual([
      { operation: 'placeOrder', requestsPerSecond: 2, errorsPerSecond: 0.2, p50Ms: 100, p95Ms: 1000, p99Ms: 1000 },
    ]);
  });

  it('are none before there is a second sample', () => {
    expect(figuresOf([{ bounds, samples: [sampleAt(0)] }])).toMatchObject({ series: [], operations: [], retries: [] });
    expect(figuresOf([])).toMatchObject({ series: [], now: { requestsPerSecond: 0, p99Ms: null } });
  });
});

it('counts the dead letters of a service once, however many of its instances tell of them', () => {
  const deadLetters = [{ service: 'payment', status: 'PARKED', count: 3 }];
  const samples = [sampleAt(0), sampleAt(1, { deadLetters })];
  const { deadLetters: counted, series } = figuresOf([
    { bounds, samples },
    { bounds, samples },
  ]);
  expect(counted).toEqual([{ service: 'payment', retrying: 0, held: 0, parked: 3 }]);
  expect(series.at(-1)?.deadLetters).toBe(3);
});

describe('a quantile', () => {
  it('never falls as the share grows, and lies within the bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 4, maxLength: 4 }), (counts) => {
        const edges = [0.01, 0.1, 1, 10];
        const within = counts.map((_, index) => counts.slice(0, index + 1).reduce((sum, count) => sum + count, 0));
        const count = within.at(-1) ?? 0;
        const values = [0.5, 0.9, 0.95, 0.99].map((share) => quantile({ count, within }, edges, share));
        if (count === 0) return expect(values).toEqual([null, null, null, null]);
        const known = values.map((value) => value ?? Number.NaN);
        expect(known).toEqual(known.toSorted((left, right) => left - right));
        expect(Math.max(...known)).toBeLessThanOrEqual(10_000);
      }),
    );
  });
});
