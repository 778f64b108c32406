import type { MessageContract } from '#contracts/message.ts';
import { CloudEvent, dataSchemaOf, sourceOf } from '../bus/cloud-event.ts';

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
        'CloudEvents 1.0 (structured JSON) that services say to each other. Each is delivered at least once and has its effect once; those of one subject are in order. Within one process no broker is needed; over RabbitMQ each subscription has a queue of its own, `<namespace>.<consumer>.<source>`, with the messages of that source which the consumer hears. Those that were said together travel together, as an array of them (`application/cloudevents-batch+json`).',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    channels,
    operations,
    components: { messages, schemas: { CloudEvent } },
  };
}

function describe({ type, version, key, data }: MessageContract, name: string): Json {
  return {
    name,
    title: type,
    summary: `Version ${version}. Its subject, the unit of order, is \`data.${key}\`.`,
    contentType: 'application/cloudevents+json',
    payload: {
      allOf: [
        { $ref: '#/components/schemas/CloudEvent' },
        {
          type: 'object',
          properties: {
            source: { const: sourceOf(type.slice(0, type.indexOf('.'))) },
            type: { const: type },
            subject: { description: `The value of \`data.${key}\`.` },
            dataschema: { const: dataSchemaOf({ type, version }) },
            data,
          },
        },
      ],
    },
  };
}
