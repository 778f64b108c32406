import { ProblemError } from '#kernel/problem.ts';

/**
 * `unavailable`, after what is repeatable was repeated: the one next to the fault repeats, and nobody above, else every level
 * of calls would multiply the attempts.
 */
export class Unreachable extends ProblemError {}
