import { expect, test } from 'vitest';
import { Schedule } from './schedule.ts';

test('arrivals come at even distances, each once, and none is left out after a pause', () => {
  const schedule = new Schedule(100, 0.1);
  expect(schedule.count).toBe(10);
  expect([...schedule.due(0)]).toEqual([0]);
  expect([...schedule.due(5)]).toEqual([]);
  expect(schedule.waitMs(5)).toBe(5);
  // Nobody looked for 50 ms: all that was due meanwhile comes now, each with its own instant.
  const late = [...schedule.due(55)];
  expect(late).toEqual([1, 2, 3, 4, 5]);
  expect(late.map((index) => schedule.dueMs(index))).toEqual([10, 20, 30, 40, 50]);
  expect([...schedule.due(10_000)]).toEqual([6, 7, 8, 9]);
  expect(schedule.isOver).toBe(true);
  expect([...schedule.due(20_000)]).toEqual([]);
});

test('the rate holds over the whole time, for rates that are no whole milliseconds too', () => {
  const schedule = new Schedule(1_337, 3);
  expect(schedule.count).toBe(4_011);
  expect(schedule.dueMs(1_337)).toBeCloseTo(1_000, 6);
  expect(schedule.dueMs(schedule.count - 1)).toBeLessThan(3_000);
});
