import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Message, nameOf } from '#contracts/message.ts';
import { cloudEventMediaType, fromCloudEvent, toCloudEvent, UnreadableMessage } from './cloud-event.ts';

const message: Message = {
  source: 'ordering',
  position: 12,
  type: 'ordering.order-created',
  version: 1,
  key: 'ord_1',
  timeMs: Date.UTC(2026, 0, 31, 23, 59, 59, 7),
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  causationId: 'request/7',
  data: { orderId: 'ord_1', lines: [{ sku: '茶', quantity: 2 }] },
};

const read = (event: unknown): Message =>
  fromCloudEvent(Buffer.from(typeof event === 'string' ? event : JSON.stringify(event)));
const written = (): Record<string, unknown> => JSON.parse(toCloudEvent(message));

describe('a message as a CloudEvent 1.0', () => {
  const word = fc.stringMatching(/^[a-z][a-z-]{0,19}$/);
  const storable = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }).filter((text) => !text.includes('\0'));
  const messages = fc
    .record({
      source: word,
      position: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      what: word,
      version: fc.integer({ min: 1, max: 32_767 }),
      key: storable,
      timeMs: fc.integer({ min: 0, max: Date.UTC(10_000, 0) - 1 }),
      traceparent: fc.constantFrom('', message.traceparent),
      causationId: storable,
      data: fc.dictionary(storable, fc.jsonValue({ maxDepth: 4 })),
    })
    .filter((said) => !JSON.stringify(said).includes('__proto__'))
    .map(({ what, ...rest }): Message => ({ ...rest, type: `${rest.source}.${what}` }));

  test('is the same when it is read again, whatever it says', () => {
    fc.assert(
      fc.property(messages, (said) => {
        expect(fromCloudEvent(Buffer.from(toCloudEvent(said)))).toEqual(JSON.parse(JSON.stringify(said)));
      }),
    );
  });

  test('has the attributes and types of the specification, and no other', () => {
    fc.assert(
      fc.property(messages, (said) => {
        const { data, ...attributes } = JSON.parse(toCloudEvent(said)) as Record<string, unknown>;
        for (const [name, value] of Object.entries(attributes)) {
          // §3: names are lower-case letters and digits. §3.1: a number would be one of 32 bits; all of ours are strings.
          expect(name).toMatch(/^[a-z0-9]{1,20}$/);
          expect(value).toBeTypeOf('string');
        }
        expect(data).toBeTypeOf('object');
      }),
    );
    // RFC 3339 and RFC 3986 §4.3: `dataschema` is an absolute URI, `source` a reference.
    expect(written()).toEqual({
      specversion: '1.0',
      id: 'ordering/12',
      source: '/suanpan/ordering',
      type: 'ordering.order-created',
      subject: 'ord_1',
      time: '2026-01-31T23:59:59.007Z',
      dataschema: 'urn:suanpan:message:ordering.order-created:v1',
      datacontenttype: 'application/json',
      traceparent: message.traceparent,
      correlationid: 'ord_1',
      causationid: 'request/7',
      data: message.data,
    });
    expect(new URL(String(written().dataschema)).protocol).toBe('urn:');
    expect(cloudEventMediaType).toMatch(/^application\/cloudevents\+json;/);
  });

  test('may have extensions that a later version adds', () => {
    expect(read({ ...written(), comesfrom: 'later' })).toEqual(message);
  });
});

describe('what is no message of ours is unreadable, and nothing worse', () => {
  test.each<[string, (event: Record<string, unknown>) => unknown]>([
    ['nothing', () => ''],
    ['no object', () => '[]'],
    ['not JSON', () => '{"specversion": 1.0,'],
    ['null', () => 'null'],
    ['another version of CloudEvents', (event) => ({ ...event, specversion: '0.3' })],
    ['another media type', (event) => ({ ...event, datacontenttype: 'text/xml' })],
    ['data in base64', ({ data, ...event }) => ({ ...event, data_base64: 'AAAA' })],
    ['a stranger’s', (event) => ({ ...event, source: 'https://example.org/' })],
    ['an id of another source', (event) => ({ ...event, id: 'payment/12' })],
    ['an id without a position', (event) => ({ ...event, id: 'ordering/' })],
    ['position 0', (event) => ({ ...event, id: 'ordering/0' })],
    ['a position beyond 2^53', (event) => ({ ...event, id: 'ordering/9007199254740993' })],
    ['a position beyond 2^63', (event) => ({ ...event, id: `ordering/${'9'.repeat(19)}` })],
    ['a type of another source', (event) => ({ ...event, type: 'payment.payment-success' })],
    ['a type that is a prototype’s', (event) => ({ ...event, type: 'constructor' })],
    ['a schema of another type', (event) => ({ ...event, dataschema: 'urn:suanpan:message:ordering.order-paid:v1' })],
    ['version 0', (event) => ({ ...event, dataschema: 'urn:suanpan:message:ordering.order-created:v0' })],
    [
      'a version beyond 2^15',
      (event) => ({ ...event, dataschema: 'urn:suanpan:message:ordering.order-created:v32768' }),
    ],
    ['no subject', (event) => ({ ...event, subject: '' })],
    ['a subject that no index holds', (event) => ({ ...event, subject: 'x'.repeat(3_000) })],
    ['NUL in a subject', (event) => ({ ...event, subject: 'ord\0' })],
    ['half a surrogate pair', (event) => ({ ...event, causationid: 'request/\ud800' })],
    ['NUL deep in its data', (event) => ({ ...event, data: { lines: [{ sku: '\0' }] } })],
    ['NUL in a name', (event) => ({ ...event, data: { '\0': 1 } })],
    ['a prototype in its data', (event) => `${JSON.stringify(event).slice(0, -2)},"__proto__":{"orderId":"ord_2"}}}`],
    ['a prototype', (event) => `{"__proto__":${JSON.stringify(event)}}`],
    ['no time', (event) => ({ ...event, time: 'noon' })],
    ['a day that is none', (event) => ({ ...event, time: '2026-02-30T00:00:00Z' })],
    ['a time without a zone', (event) => ({ ...event, time: '2026-01-31T00:00:00' })],
    ['a leap second', (event) => ({ ...event, time: '2016-12-31T23:59:60Z' })],
    ['year 0', (event) => ({ ...event, time: '0000-01-01T00:00:00Z' })],
    ['year 10000', (event) => ({ ...event, time: '9999-12-31T23:59:59-23:59' })],
    ['nested without an end', (event) => `${JSON.stringify(event).slice(0, -1)},"more":${'['.repeat(100_000)}`],
    ['nested too deep', (event) => ({ ...event, data: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) })],
    ['numbers for texts', (event) => ({ ...event, traceparent: 1e308, subject: 7 })],
  ])('%s', (_, change) => {
    const event = change(written());
    expect(() => read(event)).toThrow(UnreadableMessage);
  });

  test('bytes that are not UTF-8', () => {
    const bytes = Buffer.from(toCloudEvent({ ...message, key: 'ord_é' }), 'latin1');
    expect(() => fromCloudEvent(bytes)).toThrow(UnreadableMessage);
  });

  test('whatever bytes, and whatever becomes of a good one by changed bytes', () => {
    const good = Buffer.from(toCloudEvent(message));
    const changed = fc
      .array(fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255) }), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const bytes = Buffer.from(good);
        for (const { at, byte } of changes) bytes[at] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        let heard: Message;
        try {
          heard = fromCloudEvent(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableMessage);
          expect((error as Error).message.length).toBeLessThanOrEqual(500);
          return;
        }
        expect(nameOf(heard)).toMatch(/^[a-z-]+\/[0-9]+$/);
        expect(fromCloudEvent(Buffer.from(toCloudEvent(heard)))).toEqual(heard);
      }),
      { numRuns: 500 },
    );
  });

  test('is said in few words, however much it says', () => {
    const reason = (event: unknown): string => {
      try {
        read(event);
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    };
    expect(reason({ ...written(), time: `2026-01-01T00:00:00.${'0'.repeat(5_000)}Z-` }).length).toBeLessThan(501);
    expect(reason({ ...written(), source: '/suanpan/payment' })).toContain('do not belong together');
  });
});
