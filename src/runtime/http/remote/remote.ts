import type { Operation } from '#contracts/operation.ts';
import type { Request } from '../../service.ts';
import type { Answer, Asking } from '../answer.ts';

/** Asks services that run in other processes, through the same contracts. */
export interface Remote {
  /**
   * Asks the service that answers the operation. The request is checked already and carries its caller, trace, deadline and
   * idempotency key over the wire.
   *
   * @throws ProblemError the callee's refusal; `unavailable` where no instance could be reached; `deadline_exceeded`
   */
  perform(operation: Operation, request: Request, asking: Asking): Promise<Answer>;
  close(): Promise<void>;
}
