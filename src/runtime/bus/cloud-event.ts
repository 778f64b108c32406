import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { type Message, nameOf } from '#contracts/message.ts';
import { fromTimestamp, toTimestamp } from '#kernel/clock.ts';

/** `application/cloudevents+json` (CloudEvents 1.0, JSON Event Format §3). */
export const cloudEventMediaType = 'application/cloudevents+json; charset=utf-8';

const CloudEvent = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Type.String(),
  source: Type.String({ pattern: '^/suanpan/[a-z-]+$' }),
  type: Type.String({ minLength: 1 }),
  subject: Type.String({ minLength: 1 }),
  time: Type.String(),
  dataschema: Type.String({ pattern: '/v[1-9][0-9]*$' }),
  datacontenttype: Type.Literal('application/json'),
  traceparent: Type.String(),
  correlationid: Type.String(),
  causationid: Type.String(),
  position: Type.Integer({ minimum: 1 }),
  data: Type.Unknown(),
});
const check = Compile(CloudEvent);

/** What came over the wire is no message of ours; the text says why. */
export class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage';
}

/** The message as a structured CloudEvent: `id` and `source` name it for ever, `correlationid` is its subject. */
export function toCloudEvent(message: Message): string {
  const { source, position, type, version, key, timeMs, traceparent, causationId, data } = message;
  return JSON.stringify({
    specversion: '1.0',
    id: nameOf(message),
    source: `/suanpan/${source}`,
    type,
    subject: key,
    time: toTimestamp(timeMs),
    dataschema: `/messages/${type}/v${version}`,
    datacontenttype: 'application/json',
    traceparent,
    correlationid: key,
    causationid: causationId,
    position,
    data,
  });
}

/** @throws UnreadableMessage */
export function fromCloudEvent(bytes: Uint8Array): Message {
  let event: unknown;
  try {
    event = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    throw new UnreadableMessage('it is not JSON');
  }
  if (!check.Check(event)) {
    const [first] = check.Errors(event);
    throw new UnreadableMessage(`it is no CloudEvent of ours: ${first?.instancePath} ${first?.message}`);
  }
  return {
    source: event.source.slice('/suanpan/'.length),
    position: event.position,
    type: event.type,
    version: Number(event.dataschema.slice(event.dataschema.lastIndexOf('/v') + 2)),
    key: event.subject,
    timeMs: readTime(event.time),
    traceparent: event.traceparent,
    causationId: event.causationid,
    data: event.data,
  };
}

function readTime(text: string): number {
  try {
    return fromTimestamp(text);
  } catch {
    throw new UnreadableMessage(`its time is ${text}`);
  }
}
