import type { ServerResponse } from 'node:http';
import type { Fields } from './answers.ts';
import { plantedKinds } from './bill.ts';
import type { Control } from './control.ts';
import { forgeryKinds } from './forgeries.ts';
import { type Mishap, mishapKinds } from './mishaps.ts';
import { answerPhone } from './phone.ts';
import type { Incoming } from './wire.ts';

type Act = (control: Control, fields: Fields) => object | Promise<object>;

const textIn = (fields: Fields, name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');

class Misunderstood extends Error {}

/** Chaos that was misspelled and does nothing would be taken for a platform that stands everything. */
function oneOf<Choice extends string>(choices: readonly Choice[], fields: Fields, name: string): Choice {
  const choice = choices.find((candidate) => candidate === fields[name]);
  if (choice === undefined) throw new Misunderstood(`${name}: one of ${choices.join(', ')}`);
  return choice;
}

/** The same as `Control`, by JSON over HTTP, for processes that run elsewhere. */
const acts: Readonly<Record<string, Act>> = {
  'POST /_simulator/pay': (control, fields) => ({ paid: control.pay(textIn(fields, 'number')) }),
  'POST /_simulator/decline': (control, fields) => ({
    declined: control.decline(textIn(fields, 'number'), fields.how === 'this time' ? 'this time' : 'for good'),
  }),
  'POST /_simulator/fail': (control, fields) => {
    const times = typeof fields.times === 'number' ? fields.times : 1;
    const mishap = { applied: false, ...fields, how: oneOf(mishapKinds, fields, 'how') } as Mishap;
    control.failNext(mishap, times);
    return {};
  },
  'POST /_simulator/fail/clear': (control) => {
    control.mishaps.clear();
    return {};
  },
  'POST /_simulator/refunds/settle': (control, fields) => {
    const status = textIn(fields, 'status');
    control.settleRefunds(status === 'ABNORMAL' || status === 'CLOSED' ? status : 'SUCCESS');
    return {};
  },
  'POST /_simulator/callbacks': (control, fields) => {
    const { callbacks } = control;
    if (fields.mode === 'send' || fields.mode === 'hold' || fields.mode === 'lose') callbacks.mode = fields.mode;
    if (typeof fields.copies === 'number') callbacks.copies = fields.copies;
    if (typeof fields.delayMs === 'number') callbacks.delayMs = fields.delayMs;
    return { mode: callbacks.mode, copies: callbacks.copies, delayMs: callbacks.delayMs };
  },
  'POST /_simulator/callbacks/release': (control, fields) => {
    control.callbacks.release(fields.order === 'reversed' ? 'reversed' : 'as it happened');
    return {};
  },
  'POST /_simulator/forge': async (control, fields) => {
    const sent = await control.sendForged(textIn(fields, 'number'), oneOf(forgeryKinds, fields, 'kind'));
    return { sent: sent !== undefined, status: sent?.status ?? null };
  },
  'POST /_simulator/bill/plant': (control, fields) => {
    control.plant({ kind: oneOf(plantedKinds, fields, 'kind'), number: textIn(fields, 'number') });
    return {};
  },
  'POST /_simulator/certificates/rotate': (control, fields) => {
    control.rotateCertificate({ withdrawOld: fields.withdrawOld === true });
    return {};
  },
  'GET /_simulator/books': ({ books }) => ({
    captures: books.captures,
    orders: [...books.orders.values()].map(({ request: _request, ...order }) => order),
    refunds: [...books.refunds.values()].map(({ order, request: _request, ...refund }) => ({
      ...refund,
      order: order.number,
    })),
  }),
  'GET /_simulator/callbacks': ({ callbacks }) => ({
    deliveries: callbacks.deliveries.map(({ url, at, attempt, status }) => ({ url, at, attempt, status })),
  }),
};

export async function answerControl(control: Control, request: Incoming, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.path, 'http://simulator');
  if (pathname === '/_simulator/phone') return answerPhone(control, request, response);
  if (pathname === '/_simulator/bill') {
    response
      .writeHead(200, { 'Content-Type': 'text/csv' })
      .end(control.billFile(searchParams.get('day') ?? control.today()));
    return;
  }
  const act = acts[`${request.method} ${pathname}`];
  if (!act) return json(response, 404, { error: 'no such thing', known: Object.keys(acts) });
  let fields: Fields = {};
  try {
    if (request.body.length > 0) fields = JSON.parse(request.body.toString('utf8')) as Fields;
  } catch {
    return json(response, 400, { error: 'not JSON' });
  }
  try {
    json(response, 200, await act(control, fields));
  } catch (error) {
    if (!(error instanceof Misunderstood)) throw error;
    json(response, 400, { error: error.message });
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  // Amounts are whole fen, which a JSON number holds.
  const text = JSON.stringify(body, (_name, value) => (typeof value === 'bigint' ? Number(value) : value));
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(text);
}
