import { expect, test } from 'vitest';
import { mayKeepUnsigned } from './refusal-budget.ts';

test('some of what nobody signed is kept each minute, and no more', () => {
  let now = 0;
  const context = { clock: { now: () => now } };
  const keptOf = (count: number) =>
    Array.from({ length: count }, () => mayKeepUnsigned(context)).filter(Boolean).length;
  expect(keptOf(100)).toBe(60);
  now = 59_999;
  expect(keptOf(100)).toBe(0);
  now = 60_000;
  expect(keptOf(100)).toBe(60);
  expect(mayKeepUnsigned({ clock: { now: () => now } })).toBe(true);
});
