import type { MessageContract } from '#contracts/message.ts';

type Json = Readonly<Record<string, unknown>>;

/** The AsyncAPI 3.0 document of the messages between services: one channel per kind of message, one message per version. */
export function asyncApiOf(contracts: readonly MessageContract[], version: string): Json {
  const channels: Record<string, { address: string; messages: Record<string, Json> }> = {};
  const operations: Record<string, Json> = {};
  const messages: Record<string, Json> = {};
  for (const contract of [...contracts].sort((left, right) => (left.type < right.type ? -1 : 1))) {
    const { type } = contract;
    const name = `${type}.v${contract.version}`;
    const channel = channels[type] ?? { address: type, messages: {} };
    channels[type] = channel;
    channel.messages[name] = { $ref: `#/components/messages/${name}` };
    messages[name] = describe(contract, name);
    operations[`say ${type}`] = { action: 'send', channel: { $ref: `#/channels/${type}` } };
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Suanpan: messages',
      version,
      description:
        'CloudEvents 1.0 (structured JSON) that services say to each other, at least once. Messages of one key stay in order on their channel.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    channels,
    operations,
    components: { messages },
  };
}

function describe({ type, version, key, data }: MessageContract, name: string): Json {
  return {
    name,
    title: type,
    summary: `Version ${version}. Its subject, the unit of order, is \`data.${key}\`.`,
    contentType: 'application/cloudevents+json',
    payload: {
      type: 'object',
      required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'data'],
      properties: {
        specversion: { const: '1.0' },
        id: { type: 'string' },
        source: { type: 'string', description: 'The service that says it.' },
        type: { const: name },
        subject: { type: 'string', description: `The value of \`data.${key}\`.` },
        time: { type: 'string', format: 'date-time' },
        traceparent: { type: 'string' },
        correlationid: { type: 'string' },
        causationid: { type: 'string' },
        data,
      },
    },
  };
}
