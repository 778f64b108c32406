import { beforeEach, describe, expect, test } from 'vitest';
import { Healing } from './healing.ts';

describe('a consumer', () => {
  let heard: number;
  let empty: boolean;
  let asked: number;
  let healing: Healing;

  beforeEach(() => {
    [heard, empty, asked] = [0, true, 0];
    healing = new Healing({
      heard: () => {
        asked += 1;
        return Promise.resolve(heard);
      },
      isEmpty: () => Promise.resolve(empty),
      sightings: 2,
    });
  });

  const checks = async (last: number, times: number): Promise<(number | undefined)[]> => {
    const found: (number | undefined)[] = [];
    for (let time = 0; time < times; time += 1) found.push(await healing.check(last));
    return found;
  };

  test('that has heard all is not asked again before more is published', async () => {
    heard = 7;
    expect(await checks(7, 3)).toEqual([undefined, undefined, undefined]);
    expect(asked).toBe(1);
    expect(await checks(8, 2)).toEqual([undefined, undefined]);
    expect(asked).toBe(3);
  });

  test('that stands still behind an empty queue gets again what it has not heard', async () => {
    heard = 3;
    expect(await checks(7, 3)).toEqual([undefined, undefined, 3]);
  });

  test('that goes on, however slowly, is left alone', async () => {
    for (heard = 1; heard < 7; heard += 1) expect(await checks(7, 2)).toEqual([undefined, undefined]);
  });

  test('whose messages wait in the queue is left alone, until they are gone', async () => {
    empty = false;
    expect(await checks(7, 10)).not.toContain(0);
    empty = true;
    expect(await checks(7, 1)).toEqual([0]);
  });

  test('to whom publishing again did not help waits twice as long each time, until it hears something', async () => {
    const found = await checks(7, 15);
    expect(found.flatMap((from, index) => (from === undefined ? [] : [index]))).toEqual([2, 6, 14]);
    heard = 1;
    expect(await checks(7, 3)).toEqual([undefined, undefined, 1]);
  });
});
