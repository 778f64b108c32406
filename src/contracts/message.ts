import type { Static, TObject } from 'typebox';

/**
 * The contract of one message: a fact (past tense) or an ask (imperative), one file per message and version.
 * Once released its schema is frozen; a change is a new version.
 */
export interface MessageContract<Data extends TObject = TObject> {
  /** `<service that says it>.<what>`, for instance `inventory.stock-reserved`. */
  readonly type: string;
  readonly version: number;
  /** The property of `data` whose value holds the messages of one subject together and in order. */
  readonly key: keyof Static<Data> & string;
  readonly data: Data;
}

export function message<const Data extends TObject>(
  type: string,
  version: number,
  shape: { key: keyof Static<Data> & string; data: Data },
): MessageContract<Data> {
  return { type, version, ...shape };
}

export type DataOf<Contract extends MessageContract> = Static<Contract['data']>;

/**
 * A message as it was said: CloudEvents 1.0 attributes under the platform's own names; `runtime/bus/cloud-event.ts` puts it on
 * a wire.
 */
export interface Message<Data = unknown> {
  /** The service whose log holds it; with `position` it names the message for ever, on every bus. */
  readonly source: string;
  readonly position: number;
  readonly type: string;
  readonly version: number;
  /** The subject, for nearly all messages an order's id: the unit of ordering and of holding. */
  readonly key: string;
  readonly timeMs: number;
  readonly traceparent: string;
  /** What made the service say it: `<source>/<position>` of a message, or `request/<id>` of an HTTP request, or `timer/<name>`. */
  readonly causationId: string;
  readonly data: Data;
}

/** A message that a decider wants said; the writer adds source, position, time, trace and cause. */
export interface Saying<Data = unknown> {
  readonly contract: MessageContract;
  readonly data: Data;
}

export function say<const Contract extends MessageContract>(contract: Contract, data: DataOf<Contract>): Saying {
  return { contract, data };
}

/** The name under which a message appears as a cause and in inboxes. */
export function nameOf(message: Pick<Message, 'source' | 'position'>): string {
  return `${message.source}/${message.position}`;
}
