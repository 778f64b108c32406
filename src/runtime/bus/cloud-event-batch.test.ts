import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventsMost, eventsOf, isOfBatch, toCloudEventBatch } from './cloud-event-batch.ts';

const textsOf = (batch: string): string[] => eventsOf(Buffer.from(batch)).map((event) => Buffer.from(event).toString());

describe('a batch of CloudEvents', () => {
  const events = fc.array(fc.jsonValue(), { minLength: 1, maxLength: 20 });

  test('is a JSON array of them, and is taken apart into the bytes of each', () => {
    fc.assert(
      fc.property(events, (values) => {
        const parts = values.map((value) => Buffer.from(JSON.stringify(value)));
        const batch = toCloudEventBatch(parts);
        expect(JSON.parse(batch.toString())).toEqual(JSON.parse(JSON.stringify(values)));
        expect(textsOf(batch.toString())).toEqual(parts.map((part) => part.toString()));
      }),
    );
  });

  test('may have been written by somebody who likes blanks', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 8 }), (values, blanks) => {
        const pretty = `\r\n${JSON.stringify(values, null, blanks)}\t `;
        expect(textsOf(pretty).map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(values)));
      }),
    );
  });

  test('of which some are no JSON gives these away as they are, and the others as well', () => {
    expect(textsOf('[{"a":1},tea,{"b":tea},[2,"],["]]')).toEqual(['{"a":1}', 'tea', '{"b":tea}', '[2,"],["]']);
    expect(textsOf('[{"a":1},,3]')).toEqual(['{"a":1}', '', '3']);
    const bytes = Buffer.concat([Buffer.from('[1,'), Buffer.from([0xff, 0xfe]), Buffer.from(',3]')]);
    expect(eventsOf(bytes).map((event) => [...event])).toEqual([[0x31], [0xff, 0xfe], [0x33]]);
  });

  test.each([
    ['nothing', ''],
    ['one event', '{"a":1}'],
    ['no array', 'tea'],
    ['of nothing', ' [ \n] '],
    ['cut off', '[{"a":1},{"b"'],
    ['cut off in a string', '[{"a":1},"b'],
    ['cut off behind a backslash', '["b\\'],
    ['closed by a brace', '[{"a":1}}'],
    ['of one that does not end', '[{"a":[},{"b":1}]'],
    ['followed by something', '[{"a":1}] tea'],
    ['too long', JSON.stringify(Array.from({ length: eventsMost + 1 }, () => 1))],
  ])('that is %s is none', (_what, text) => {
    expect(() => textsOf(text)).toThrow('it is');
  });

  test('of as many as are allowed is one', () => {
    expect(textsOf(JSON.stringify(Array.from({ length: eventsMost }, () => 1)))).toHaveLength(eventsMost);
  });

  test('is known by its media type', () => {
    for (const one of ['application/cloudevents-batch+json; charset=utf-8', 'Application/CloudEvents-Batch+JSON'])
      expect(isOfBatch(one)).toBe(true);
    for (const other of ['application/cloudevents+json', undefined, 7]) expect(isOfBatch(other)).toBe(false);
  });
});
