import { describe, expect, test, vi } from 'vitest';
import { classify } from '../database/failure.ts';
import { FailPointError, failPointsFrom, noFailPoints } from './fail-points.ts';

const never = () => {
  throw new Error('died');
};

describe('fail points', () => {
  test.each([undefined, ''])('are off by default (%j)', (specification) => {
    expect(failPointsFrom(specification, never)).toBe(noFailPoints);
    expect(noFailPoints.armed).toBe(false);
    expect(() => noFailPoints.reach('tea.before-commit')).not.toThrow();
  });

  test('throw at the time they are told, once, and at no other point', () => {
    const points = failPointsFrom('tea.before-commit:throw:3', never);
    const reached: number[] = [];
    for (let time = 1; time <= 6; time += 1) {
      points.reach('tea.after-commit');
      try {
        points.reach('tea.before-commit');
      } catch (error) {
        expect(error).toBeInstanceOf(FailPointError);
        reached.push(time);
      }
    }
    expect(reached).toEqual([3]);
  });

  test('kill the process at the first time unless told otherwise', () => {
    const die = vi.fn();
    const points = failPointsFrom('tea.before-commit', die);
    points.reach('tea.before-commit');
    points.reach('tea.before-commit');
    expect(die).toHaveBeenCalledTimes(1);
  });

  test('count as broken infrastructure: nobody’s attempt', () => {
    expect(classify(new FailPointError('tea.before-commit'))).toBe('infrastructure');
  });

  test.each(['tea:explode', 'tea:throw:0', 'tea:kill:x', 'tea:throw:1.5'])('refuse %j in words', (specification) => {
    expect(() => failPointsFrom(specification, never)).toThrow(`FAIL_POINT is ${specification}; expected`);
  });
});
