import { describe, expect, it } from 'vitest';
import type { MadeCall, SaidMessage } from '#contracts/http/runtime.ts';
import type { History } from './history.ts';
import { dynamicDiagram, sequenceDiagram } from './sequence.ts';

const call = (given: Partial<MadeCall>): MadeCall => ({
  traceId: 't1',
  spanId: 'a',
  parentSpanId: 'outside',
  caller: 'gateway',
  callee: 'ordering',
  operation: 'placeOrder',
  status: 201,
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 40,
  ...given,
});

const message = (given: Partial<SaidMessage>): SaidMessage => ({
  source: 'ordering',
  position: 7,
  type: 'ordering.reserve-stock',
  version: 1,
  key: 'ord_1',
  time: '2026-01-01T00:00:00.010Z',
  traceparent: '00-t1-a-01',
  causationId: 'request/req_1',
  data: {},
  ...given,
});

const history = (given: Partial<History>): History => ({
  missing: [],
  key: 'ord_1',
  messages: [message({})],
  calls: [
    call({}),
    call({
      spanId: 'b',
      parentSpanId: 'a',
      caller: 'ordering',
      callee: 'catalog',
      operation: 'quoteItems',
      status: 200,
      durationMs: 5,
    }),
  ],
  deadLetters: [],
  heard: new Map([['inventory', [{ source: 'ordering', types: ['ordering.reserve-stock'], position: 7, ahead: 0 }]]]),
  ...given,
});

describe('the sequence of what happened to an order (001 §1)', () => {
  it('shows the request from outside, calls between services with their answers, and who heard a message', () => {
    expect(sequenceDiagram(history({}))).toBe(
      [
        'sequenceDiagram',
        '  autonumber',
        '  participant client',
        '  participant gateway',
        '  participant ordering',
        '  participant catalog',
        '  participant inventory',
        '  client->>gateway: placeOrder',
        '  gateway->>ordering: placeOrder',
        '  ordering->>catalog: quoteItems',
        '  catalog-->>ordering: 200',
        '  ordering-)inventory: ReserveStock',
        '  ordering-->>gateway: 201',
        '  gateway-->>client: 201',
        '',
      ].join('\n'),
    );
  });

  it('shows a call within another after it, and its answer before, where all of it took less than a millisecond', () => {
    const [outer, inner] = history({}).calls.map((each) => ({ ...each, durationMs: 0 })) as [MadeCall, MadeCall];
    const lines = sequenceDiagram(history({ messages: [], calls: [inner, outer] })).split('\n');
    expect(lines.filter((line) => line.includes('>>'))).toEqual([
      '  client->>gateway: placeOrder',
      '  gateway->>ordering: placeOrder',
      '  ordering->>catalog: quoteItems',
      '  catalog-->>ordering: 200',
      '  ordering-->>gateway: 201',
      '  gateway-->>client: 201',
    ]);
  });

  it('shows what a message brought about after it, where a whole chain was decided at once', () => {
    const messages = [
      message({ source: 'inventory', position: 3, type: 'inventory.stock-reserved', causationId: 'ordering/7' }),
      message({ source: 'ordering', position: 7, type: 'ordering.reserve-stock' }),
      message({ source: 'ordering', position: 8, type: 'ordering.order-pending', causationId: 'inventory/3' }),
    ];
    const lines = sequenceDiagram(history({ messages, calls: [] })).split('\n');
    expect(lines.filter((line) => line.includes('-)')).map((line) => line.split(': ')[1])).toEqual([
      'ReserveStock',
      'StockReserved',
      'OrderPending',
    ]);
  });

  it('shows a message that nobody has heard yet as said into the air, and one set aside as failed', () => {
    const notYet = history({
      heard: new Map([
        ['inventory', [{ source: 'ordering', types: ['ordering.reserve-stock'], position: 6, ahead: 0 }]],
      ]),
    });
    expect(sequenceDiagram(notYet)).toContain('  ordering-)ordering: ReserveStock');
    const letter = { service: 'inventory', status: 'PARKED', message: message({}) } as History['deadLetters'][number];
    expect(sequenceDiagram(history({ deadLetters: [letter] }))).toContain('  ordering-xinventory: ReserveStock');
  });

  it('leaves out that somebody looked at the order', () => {
    const looked = call({ traceId: 't2', spanId: 'c', operation: 'getOrder', status: 200 });
    expect(sequenceDiagram(history({ calls: [looked] }))).not.toContain('getOrder');
  });

  it('keeps what would break Mermaid out of labels', () => {
    const odd = call({ operation: 'place;Order\n#"<b>' });
    expect(sequenceDiagram(history({ calls: [odd] }))).toContain('  gateway->>ordering: place Order    b \n');
  });
});

describe("C4's dynamic diagram of the same (000)", () => {
  it('numbers what each did with each', () => {
    const drawn = dynamicDiagram(history({}));
    expect(drawn).toContain('C4Dynamic');
    expect(drawn).toContain('Person(client, "client")');
    expect(drawn).toContain('Rel(ordering, inventory, "4. ReserveStock")');
  });
});
