import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { movableTime, systemScheduler } from './scheduler.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const day = 24 * 3_600_000;

describe.each([
  ['the system’s', systemScheduler],
  ['movable time as a', () => movableTime(() => Date.now())],
])('%s scheduler', (_name, make) => {
  test('runs once, after the delay and not before', () => {
    const run = vi.fn();
    make().after(50, run);
    vi.advanceTimersByTime(49);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('keeps delays longer than a timer can hold', () => {
    const run = vi.fn();
    make().after(60 * day, run);
    vi.advanceTimersByTime(60 * day - 1);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test.each([10, 60 * day])('cancels, whenever it is asked to (%d ms)', (delayMs) => {
    const run = vi.fn();
    const scheduler = make();
    const cancel = scheduler.after(delayMs, run);
    vi.advanceTimersByTime(delayMs / 2);
    cancel();
    cancel();
    vi.advanceTimersByTime(delayMs);
    expect(run).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('takes a delay in the past as none', () => {
    const run = vi.fn();
    make().after(-5, run);
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('ends a wait at once when its signal aborts, and leaves neither timer nor listener behind', async () => {
    const scheduler = make();
    const stopping = new AbortController();
    const remove = vi.spyOn(stopping.signal, 'removeEventListener');
    const waiting = scheduler.wait(day, stopping.signal);
    const over = scheduler.wait(10, stopping.signal);
    vi.advanceTimersByTime(10);
    await over;
    expect(remove).toHaveBeenCalledTimes(1);
    stopping.abort();
    await waiting;
    await scheduler.wait(day, stopping.signal);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('movable time', () => {
  test('is the system’s until it is moved', () => {
    const time = movableTime(() => Date.now());
    expect(time.now()).toBe(1_000_000);
    time.move(500);
    vi.advanceTimersByTime(20);
    expect(time.now()).toBe(1_000_520);
  });

  test('runs what has become due, in the order in which it was due, and nothing else', () => {
    const time = movableTime(() => Date.now());
    const ran: string[] = [];
    time.after(3_000, () => ran.push('third'));
    time.after(1_000, () => ran.push('first'));
    time.after(9_000, () => ran.push('late'));
    time.after(2_000, () => ran.push('second'));
    time.move(5_000);
    vi.advanceTimersByTime(1);
    expect(ran).toEqual(['first', 'second', 'third']);
    vi.advanceTimersByTime(4_000);
    expect(ran).toEqual(['first', 'second', 'third', 'late']);
  });

  test('moved in small steps makes things due as one large step does', () => {
    const time = movableTime(() => Date.now());
    const run = vi.fn();
    time.after(10_000, run);
    for (let step = 0; step < 9; step += 1) time.move(1_000);
    vi.advanceTimersByTime(999);
    expect(run).not.toHaveBeenCalled();
    time.move(1);
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledTimes(1);
  });
});
