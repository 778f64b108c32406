import { describe, expect, test } from 'vitest';
import { faultsOf, faultsOfRun } from '../faults.ts';
import type { Scenario } from '../load/protocol.ts';
import type { Measurement, Report, Round, Run } from '../results.ts';
import { targetsOf } from './held-to.ts';
import { pageOf } from './page.ts';
import { pictureOf } from './picture.ts';

function summary(p50Ms: number, p99Ms: number, count = 1_000) {
  return { count, p50Ms, p95Ms: p99Ms, p99Ms, maxMs: p99Ms };
}

function run(ordersPerSecond: number, more: Partial<Run> = {}): Run {
  const done = ordersPerSecond * 10;
  return {
    window: {
      done,
      seconds: 10,
      calls: { 'POST /v1/orders': summary(10, 30), 'POST /v1/payments': summary(5, 20) },
      expected: { CONFIRMED: done },
      unexpected: {},
      late: 0,
      cores: 0.1,
      rssMiB: 100,
    },
    stored: { CONFIRMED: done },
    processorSeconds: { node: 4, postgres: 5, load: 1 },
    watchedSeconds: 10,
    rssMiB: { node: 200, postgres: 300, load: 100 },
    walBytes: done * 10_000,
    walSyncs: done,
    toConfirmed: summary(8, 20, done),
    batches: [{ service: 'ordering', batches: 100, items: 2_000, p95: 32 }],
    ...more,
  };
}

function flashSale(more: Partial<Run> = {}): Run {
  const stored = { CONFIRMED: 100, FAILED: 1_900 };
  const { window } = run(10);
  const allotment = { reserved: 100, refused: 1_900, reservedBefore: 100 };
  return run(10, {
    window: { ...window, expected: stored },
    stored,
    allotment,
    toConfirmed: summary(1, 2, 100),
    ...more,
  });
}

function round(naive: number, spread: number, more: Partial<Record<Scenario, Run>> = {}): Round {
  return { naive, ceiling: naive * 8, commitMs: 0.5, runs: { spread: run(spread), ...more } };
}

function measurement(rounds: readonly Round[], more: Partial<Measurement> = {}): Measurement {
  const orders = { CONFIRMED: 5_000 };
  const audit = { checked: { orders: 5_000 }, violations: [], seconds: 1 };
  return { arrangement: 'one-process', rounds, orders, audit, ...more };
}

function report(measurements: readonly Measurement[]): Report {
  const machine = {
    ...{ processor: 'a processor', cores: 2, memoryGiB: 8, system: 'Linux 6', node: 'v24', postgres: '18' },
    ...{ syncMs: 0.2, loadBefore: 0.1 },
  };
  const options = { rounds: 3, seconds: 10, connections: 256 };
  return { at: '2026-11-20T00:00:00Z', machine, options, measurements, faults: measurements.flatMap(faultsOf) };
}

describe('a figure that we are held to', () => {
  test('is a ratio within each round, of which the median counts', () => {
    // A machine that is twice as fast in one round is so for both: medians of each would say 3,000 / 1,000.
    const rounds = [round(1_000, 2_600), round(2_000, 5_200), round(1_000, 3_000)];
    expect(targetsOf(report([measurement(rounds)]))[0]).toEqual({
      what: 'spread, one process, against naive',
      target: '≥ 2.5 ×',
      measured: '2.60 ×',
      isMet: true,
    });
  });

  test('is not met, met, or was not measured', () => {
    const lag = { count: 5_000, p50Ms: 20, p95Ms: 5_200, p99Ms: 6_000, maxMs: 7_000, meanMs: 250 };
    const callbacks = { ...run(1_000), toTransition: lag };
    const scenarios = { hot: run(2_000), flash: flashSale(), open: run(1_000), callbacks };
    const rounds = [round(1_000, 2_600, scenarios)];
    const told = targetsOf(report([measurement(rounds)])).map(({ measured, isMet }) => [measured, isMet]);
    expect(told).toEqual([
      ['2.60 ×', true],
      ['0.33 ×', true],
      ['0.77 ×', false],
      ['sold 100; all others 409 after the hundredth', true],
      ['3.00', true],
      ['not measured', undefined],
      ['60.00 ×', true],
      ['0.67 ×', true],
      ['not measured', undefined],
      ['0.25 s', true],
      ['5.20 s', false],
      ['not measured', undefined],
      ['not measured', undefined],
    ]);
  });
});

describe('a run is not clean', () => {
  const { window } = run(100);

  test.each<[string, Scenario, Partial<Run>, string]>([
    [
      'an answer was a surprise',
      'spread',
      { window: { ...window, unexpected: { 'POST /v1/orders 503': 2 } } },
      '2 × POST',
    ],
    [
      'the store lacks one',
      'spread',
      { stored: { CONFIRMED: 999 } },
      'know of 1000 orders CONFIRMED, the store of 999',
    ],
    ['the store has one more', 'spread', { stored: { CONFIRMED: 1_000, PAID: 1 } }, '0 orders PAID, the store of 1'],
    ['the log tells of fewer', 'spread', { toConfirmed: summary(1, 2, 999) }, 'the log tells of 999'],
  ])('where %s', (_, scenario, more, told) => {
    expect(faultsOfRun(scenario, run(100))).toEqual([]);
    expect(faultsOfRun(scenario, run(100, more)).join()).toContain(told);
  });

  test.each<[string, Partial<Run>, string]>([
    ['more were sold than there are', { stored: { CONFIRMED: 101, FAILED: 1_899 } }, '101 of 100 were sold'],
    [
      'somebody was refused too early',
      { allotment: { reserved: 100, refused: 1_900, reservedBefore: 99 } },
      'when 99 of',
    ],
    [
      'somebody was not asked about',
      { allotment: { reserved: 100, refused: 1_899, reservedBefore: 100 } },
      '1899 did not',
    ],
  ])('where in a flash sale %s', (_, more, told) => {
    expect(faultsOfRun('flash', flashSale())).toEqual([]);
    expect(faultsOfRun('flash', flashSale(more)).join()).toContain(told);
  });

  test('where the audit finds something, or did not look at every order', () => {
    const clean = measurement([round(1_000, 2_500)]);
    const violations = [{ invariant: 'I3', detail: 'a cent too many' }];
    expect(faultsOf(clean)).toEqual([]);
    expect(faultsOf({ ...clean, audit: { ...clean.audit, violations } })).toEqual([
      'one-process, audit: I3 a cent too many',
    ]);
    expect(faultsOf({ ...clean, orders: { CONFIRMED: 5_000, PENDING: 1 } })).toEqual([
      'one-process, audit: it checked 5000 of 5001 orders',
    ]);
  });
});

describe('the page', () => {
  const full = report([
    measurement([round(1_000, 2_600, { hot: run(2_500), flash: flashSale() }), round(1_000, 2_700)]),
    measurement([round(1_000, 900)], { arrangement: 'rabbitmq' }),
  ]);

  test('has every table, and each row as many cells as its head', () => {
    const page = pageOf(full, 'full.svg');
    expect(page).toContain('# 2,650 orders/s to CONFIRMED: 2.65 × naive, 0.33 × ceiling');
    expect(page).toContain('](full.svg)');
    expect(page).toContain('| one process over RabbitMQ: spread | 900 | 200 | 0.90 | 0.11 |');
    expect(page).toContain('| one process: spread | payment to CONFIRMED | 8.0 | 20.0 | 20.0 | 20.0 |');
    expect(page).toContain('| one process: ordering | 20.0 | 32 | 10 |');
    for (const table of page.split('\n\n').filter((part) => part.startsWith('|'))) {
      const cells = table.split('\n').map((line) => line.split(' | ').length);
      expect(new Set(cells).size).toBe(1);
    }
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('says so first where the run was not clean', () => {
    const unclean = report([measurement([round(1_000, 2_600)], { orders: { CONFIRMED: 5_001 } })]);
    expect(pageOf(unclean)).toContain('**Not clean: these figures count for nothing.**\n\n- one-process, audit');
  });
});

describe('the picture', () => {
  test('has a bar for each contender, as long as it is fast', () => {
    const svg = pictureOf(report([measurement([round(1_000, 2_000)])]));
    const lengths = [
      ...svg.matchAll(/<rect class="(?:own|other)" x="[\d.]+" y="\d+" width="([\d.]+)" height="16"/g),
    ].map(([, length]) => Number(length));
    expect(lengths).toHaveLength(3);
    const [naive = 0, spread = 0, ceiling = 0] = lengths;
    expect(spread / naive).toBeCloseTo(2, 2);
    expect(ceiling / naive).toBeCloseTo(8, 2);
    expect(svg).toContain('2,000 · 2.00 × naive');
  });

  test('is well-formed, told in words too, and has colours for a dark page', () => {
    const svg = pictureOf(report([measurement([round(1_000, 2_000, { hot: run(1_900), open: run(1_000) })])]));
    const inner = svg.replace(/<style>.*<\/style>/s, '').replaceAll(/<(\w+)[^<>]*\/>/g, '');
    const open: string[] = [];
    for (const [, slash, name = ''] of inner.matchAll(/<(\/?)(\w+)[^<>]*>/g)) {
      if (slash) expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
    expect(svg).toMatch(/aria-label="Orders per second[^"]*one process 2,000[^"]*Latency/);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('of a run that has only yardsticks has no bar that means nothing', () => {
    const only: Round = { naive: 1, ceiling: 8, commitMs: 1, runs: {} };
    expect(pictureOf(report([measurement([only])]))).not.toMatch(/NaN|undefined|Infinity/);
  });
});
