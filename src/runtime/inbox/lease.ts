/** The right to move one subscription's cursor, until somebody else takes it. Made anew at each acquisition. */
export interface Lease {
  readonly consumer: string;
  readonly source: string;
  readonly epoch: number;
  /** Committed: everything up to here has had its effect, or stands in dead_letters. */
  position: number;
  /**
   * Read so far, which may be more than is committed (ADR 20); what lies between and was not delivered is of no interest to the
   * consumer.
   */
  read: number;
  /** Up to where the source's log is known to be committed. */
  readonly committed: () => number;
  /** Delivered to the writer and not committed yet. */
  pending: number;
  /** Beyond the cursor, heard by way of a broker before: not to be delivered. */
  readonly heardAhead: ReadonlySet<number>;
  /** The lease is over; what was delivered under it is dropped and read again from the cursor. */
  lost: boolean;
  /** Ends the lease; the tail acquires a new one after the pause. */
  readonly lose: (reason: unknown, pauseMs: number) => void;
}

/** What was not delivered of the messages from the cursor up to the position, because it was heard by way of a broker before. */
export function skippedUpTo({ heardAhead, position: from }: Lease, position: number): number[] {
  return heardAhead.size === 0 ? [] : [...heardAhead].filter((heard) => heard > from && heard <= position);
}
