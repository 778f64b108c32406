import type { AnswerHeaders } from '#contracts/operation.ts';

/** What a handler came back with, before it is put on a wire. */
export interface Answer {
  readonly status: number;
  /** JSON; for operations that `produce` another media type a text, bytes, or a stream of text. */
  readonly body: unknown;
  readonly headers?: AnswerHeaders;
}

/** On whose behalf an operation is performed, as its call is recorded. */
export interface Asking {
  /** The service that asks. */
  readonly from: string;
  /** Span id of the call within which it asks; empty where there is none. */
  readonly parent: string;
}
