import { describe, expect, it } from 'vitest';
import { seededRandom } from '../seams/random.ts';
import { isSampled, makeTraces, parseTraceparent, spanIdOf, traceIdOf } from './trace.ts';

const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const at = (now: number) => ({ now: () => now });
const traces = (ratePerSecond = Number.POSITIVE_INFINITY, clock = at(0)) =>
  makeTraces({ randomBytes: seededRandom(1).bytes, clock, ratePerSecond });

describe('a traceparent', () => {
  it.each([
    ['another length', `${parent}0`],
    ['capital letters', parent.toUpperCase()],
    ['a trace id of zeroes', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['a span id of zeroes', `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`],
    ['version ff', `ff${parent.slice(2)}`],
    ['parts after version 00', `${parent}-00`],
    ['two of them', `${parent}, ${parent}`],
    ['nothing', ''],
  ])('with %s is none', (_, text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });

  it('of a later version may have more parts', () => {
    expect(parseTraceparent(`01${parent.slice(2)}-more`)?.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  });
});

describe('a trace', () => {
  it("continues the client's, in a span of its own", () => {
    const begun = traces().begin(parent);
    expect(traceIdOf(begun)).toBe(traceIdOf(parent));
    expect(spanIdOf(begun)).not.toBe(spanIdOf(parent));
    expect(parseTraceparent(begun)).toBeDefined();
  });

  it('is started where there is none', () => {
    const source = traces();
    const [first, second] = [source.begin(undefined), source.begin('nonsense')];
    expect(parseTraceparent(first)).toBeDefined();
    expect(traceIdOf(first)).not.toBe(traceIdOf(second));
  });

  it('has children in the same trace with the same flags', () => {
    const source = traces(0);
    const begun = source.begin(undefined);
    const child = source.child(begun);
    expect([traceIdOf(child), isSampled(child)]).toEqual([traceIdOf(begun), false]);
    expect(spanIdOf(child)).not.toBe(spanIdOf(begun));
  });

  it('is sampled up to the rate per second, whatever the client says', () => {
    let now = 0;
    const source = traces(10, { now: () => now });
    const sampled = (count: number): number =>
      Array.from({ length: count }, () => source.begin(parent)).filter(isSampled).length;
    expect(sampled(50)).toBe(10);
    now = 500;
    expect(sampled(50)).toBe(5);
  });
});
