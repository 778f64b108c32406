import { type Problem, ProblemError } from '#kernel/problem.ts';

/**
 * `unavailable`, after what is repeatable was repeated: the one next to the fault repeats, and nobody above, else every level
 * of calls would multiply the attempts.
 */
export class Unreachable extends ProblemError {
  constructor(value: Problem, cause?: unknown) {
    super(value, { cause });
  }
}
