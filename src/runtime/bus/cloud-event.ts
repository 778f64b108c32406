import Type from 'typebox';
import { type Message, nameOf } from '#contracts/message.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { ProblemError } from '#kernel/problem.ts';
import { parseJsonBody } from '../http/json-body.ts';
import { validatorOf } from '../http/schemas.ts';

/** `application/cloudevents+json` (CloudEvents 1.0, JSON Event Format §3). */
export const cloudEventMediaType = 'application/cloudevents+json; charset=utf-8';

const sourcePrefix = '/suanpan/';
const schemaPrefix = 'urn:suanpan:message:';
/** `version` is a smallint, `said_at` a timestamptz that is read as ISO 8601 with four digits of year. */
const versionMost = 32_767;
const timeMost = Date.UTC(10_000, 0) - 1;

/** What a column or an index holds: more would be no message of ours, and could not even be set aside. */
const name = (maxLength: number): Type.TString => Type.String({ minLength: 1, maxLength });

/**
 * The attributes of a message on a wire. Extensions are strings: an integer of CloudEvents has 32 bits (§3.1), so the position
 * is in `id` alone.
 */
export const CloudEvent = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Type.String({
    pattern: '^[a-z][a-z-]*/[1-9][0-9]{0,15}$',
    description: 'The source and its position in its log.',
  }),
  source: Type.String({ pattern: `^${sourcePrefix}[a-z][a-z-]*$`, description: 'The service that says it.' }),
  type: name(200),
  subject: name(512),
  time: Type.String({ format: 'date-time' }),
  dataschema: Type.String({ pattern: `^${schemaPrefix}[^:]+:v[1-9][0-9]{0,4}$` }),
  datacontenttype: Type.Literal('application/json'),
  traceparent: Type.String({ maxLength: 200, description: 'W3C Trace Context.' }),
  correlationid: Type.String({ description: 'The same as `subject`: what belongs together.' }),
  causationid: Type.String({
    maxLength: 200,
    description: 'The message, request or timer that made the service say it.',
  }),
  data: Type.Unknown(),
});

/** What came over the wire is no message of ours; the text says why. */
export class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage';

  constructor(reason: string) {
    super(reason.slice(0, 500));
  }
}

/** Names the contract of a message's data: an absolute URI, as CloudEvents asks. */
export function dataSchemaOf({ type, version }: Pick<Message, 'type' | 'version'>): string {
  return `${schemaPrefix}${type}:v${version}`;
}

export function sourceOf(service: string): string {
  return `${sourcePrefix}${service}`;
}

/** The message as a structured CloudEvent: `id` and `source` name it for ever, `correlationid` is its subject. */
export function toCloudEvent(message: Message): string {
  const { source, type, key, timeMs, traceparent, causationId, data } = message;
  const event: Type.Static<typeof CloudEvent> = {
    specversion: '1.0',
    id: nameOf(message),
    source: sourceOf(source),
    type,
    subject: key,
    time: toTimestamp(timeMs),
    dataschema: dataSchemaOf(message),
    datacontenttype: 'application/json',
    traceparent,
    correlationid: key,
    causationid: causationId,
    data,
  };
  return JSON.stringify(event);
}

/** Whatever it returns can be kept: as a message, or set aside as one. @throws UnreadableMessage, and nothing else */
export function fromCloudEvent(bytes: Uint8Array): Message {
  const event = parse(bytes);
  const validator = validatorOf(CloudEvent);
  if (!validator.Check(event)) {
    const [first] = validator.Errors(event);
    throw new UnreadableMessage(`it is no CloudEvent of ours: ${first?.instancePath} ${first?.message}`);
  }
  return messageOf(event as Type.Static<typeof CloudEvent>);
}

function messageOf(event: Type.Static<typeof CloudEvent>): Message {
  const { id, type, subject, dataschema, traceparent, causationid, data } = event;
  const [source = '', digits = ''] = id.split('/');
  const message: Message = {
    source,
    position: Number(digits),
    type,
    version: Number(dataschema.slice(dataschema.lastIndexOf('v') + 1)),
    key: subject,
    timeMs: readTime(event.time),
    traceparent,
    causationId: causationid,
    data,
  };
  if (!Number.isSafeInteger(message.position)) throw new UnreadableMessage(`its id is ${id}`);
  if (message.version > versionMost) throw new UnreadableMessage(`its dataschema is ${dataschema}`);
  if (event.source !== sourceOf(source) || !type.startsWith(`${source}.`) || dataschema !== dataSchemaOf(message))
    throw new UnreadableMessage(`its ${id}, ${event.source}, ${type} and ${dataschema} do not belong together`);
  return message;
}

/** A body of HTTP is looked at no less closely: UTF-8, not too deep, and nothing in it that no text of the database can hold. */
function parse(bytes: Uint8Array): unknown {
  try {
    return parseJsonBody(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { detail, errors } = error.problem;
    throw new UnreadableMessage(detail ?? `${errors?.[0]?.pointer} ${errors?.[0]?.detail}`);
  }
}

function readTime(text: string): number {
  const timeMs = Date.parse(text);
  // Not every date-time is a time: a leap second is none.
  if (Number.isNaN(timeMs) || timeMs < 0 || timeMs > timeMost) throw new UnreadableMessage(`its time is ${text}`);
  return timeMs;
}
