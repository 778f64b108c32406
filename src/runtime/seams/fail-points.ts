/**
 * Named places at which a test makes the process die or an error arise: before and after each commit, publish,
 * acknowledgement and provider call. Off, a point costs one property read.
 */
export interface FailPoints {
  /** Set only while a test has armed a point. */
  readonly armed: boolean;
  /** Call as `if (failPoints.armed) failPoints.reach(name)`. */
  reach(name: string): void;
}

export const noFailPoints: FailPoints = Object.freeze({ armed: false, reach: () => undefined });

/** Thrown at a point armed with `throw`; counts as broken infrastructure. */
export class FailPointError extends Error {
  readonly point: string;

  constructor(point: string) {
    super(`fail point ${point}`);
    this.name = 'FailPointError';
    this.point = point;
  }
}

/** `FAIL_POINT=inventory.before-commit:kill:3` arms one point: at the third time it is reached the process kills itself. */
export function failPointsFrom(specification: string | undefined, die: () => void): FailPoints {
  if (!specification) return noFailPoints;
  const [name, action = 'kill', nth = '1'] = specification.split(':');
  if ((action !== 'kill' && action !== 'throw') || !/^[1-9][0-9]*$/.test(nth)) {
    throw new Error(`FAIL_POINT is ${specification}; expected <point>[:kill|throw[:<nth time>]]`);
  }
  let left = Number(nth);
  return {
    armed: true,
    reach(reached) {
      if (reached !== name) return;
      left -= 1;
      if (left !== 0) return;
      if (action === 'throw') throw new FailPointError(reached);
      die();
    },
  };
}
