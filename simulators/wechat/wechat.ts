import { createPublicKey } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '#kernel/clock.ts';
import type { Random } from '#runtime/seams/random.ts';
import type { Scheduler } from '#runtime/seams/scheduler.ts';
import { Refusal, timeText, type WireAnswer } from './answers.ts';
import { announceBill, downloadBill } from './bill.ts';
import { Books } from './books.ts';
import { Callbacks } from './callbacks.ts';
import { Control } from './control.ts';
import { answerControl } from './control-http.ts';
import { Identity, makeWechatKeys, type WechatKeys } from './keys.ts';
import { type Mishap, Mishaps } from './mishaps.ts';
import { closeOrder, type Desk, placeOrder, showOrder } from './orders.ts';
import { showRefund, takeRefund } from './refunds.ts';
import { authenticate, fieldsIn, type Incoming, type Merchant } from './wire.ts';

export interface WechatSimulatorOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  /** A free one by default. */
  readonly port?: number;
  /** Made where none are given. */
  readonly keys?: WechatKeys;
  /** What answers are signed with unless a request names a serial, and callbacks. */
  readonly signsWith?: 'public key' | 'certificate';
  /** After how long a refund is carried out; null: only when told. */
  readonly refundAfterMs?: number | null;
}

export interface WechatSimulator {
  readonly url: string;
  readonly control: Control;
  readonly books: Books;
  readonly callbacks: Callbacks;
  readonly identity: Identity;
  readonly merchant: Merchant;
  /** What a merchant of this simulator has in the environment, less where to be called. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const bodyBytesMost = 64 * 1_024;
const apiV3Key = 'SuanpanSimulatorApiV3Key32Bytes!';
const merchantSerial = '4F5A3D1B7C2E6A9081B2C3D4E5F60718293A4B5C';

/** WeChat Pay, APIv3, on this machine: strict about what it is asked, and in the same words. */
export async function startWechatSimulator(options: WechatSimulatorOptions): Promise<WechatSimulator> {
  const keys = options.keys ?? (await makeWechatKeys());
  const identity = new Identity(keys, options.random, options.clock.now());
  const merchant: Merchant = {
    ...{ merchantId: '1900006511', appId: 'wxd678efh567hg6787', certificateSerial: merchantSerial, apiV3Key },
    publicKey: keys.merchant.publicKey,
  };
  const desk: Desk = { merchant, books: new Books(), identity, now: () => options.clock.now() };
  const callbacks = new Callbacks(desk, options.scheduler);
  if (options.signsWith === 'certificate') callbacks.serial = identity.current.serial;
  const refundAfterMs = options.refundAfterMs === undefined ? 3_000 : options.refundAfterMs;
  const control = new Control({ desk, callbacks, scheduler: options.scheduler, mishaps: new Mishaps(), refundAfterMs });
  const server = createServer();
  await listening(server, options.port ?? 0);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer({ desk, control, url }, request, response).catch((error: unknown) => {
      // A simulator that falls over says so to whoever asked, and goes on.
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  return {
    ...{ url, control, books: desk.books, callbacks, identity, merchant },
    environment: environmentOf(merchant, keys, identity, url),
    async stop() {
      callbacks.stop();
      control.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

function environmentOf(merchant: Merchant, keys: WechatKeys, identity: Identity, url: string): Record<string, string> {
  return {
    WECHAT_MERCHANT_ID: merchant.merchantId,
    WECHAT_APP_ID: merchant.appId,
    WECHAT_MERCHANT_SERIAL: merchant.certificateSerial,
    WECHAT_PRIVATE_KEY: keys.merchant.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    WECHAT_API_V3_KEY: merchant.apiV3Key,
    WECHAT_PUBLIC_KEY_ID: identity.publicKeyId,
    WECHAT_PUBLIC_KEY: createPublicKey(keys.platform.privateKey).export({ type: 'spki', format: 'pem' }).toString(),
    WECHAT_API_URL: url,
  };
}

interface House {
  readonly desk: Desk;
  readonly control: Control;
  readonly url: string;
}

async function answer(house: House, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  if (body === undefined) {
    response.writeHead(413).end();
    return;
  }
  const incoming: Incoming = {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: request.headers,
    body,
  };
  if (incoming.path.startsWith('/_simulator')) return answerControl(house.control, incoming, response);
  house.control.requests.push({ method: incoming.method, path: incoming.path, body: body.toString('utf8') });
  const mishap = house.control.mishaps.take(incoming.path);
  const real = mishap && !mishap.applied ? undefined : answered(house, incoming);
  if (mishap) befall(house, mishap, real, incoming, response);
  else if (real) write(house, real, incoming, response);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length > bodyBytesMost) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

function answered(house: House, request: Incoming): WireAnswer {
  try {
    authenticate(request, house.desk.merchant, house.desk.now());
    return routed(house, request);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

function routed({ desk, control, url }: House, request: Incoming): WireAnswer {
  const { pathname, searchParams } = new URL(request.path, 'http://simulator');
  const [, order, closing] = /^\/v3\/pay\/transactions\/out-trade-no\/([^/]+)(\/close)?$/.exec(pathname) ?? [];
  const transaction = /^\/v3\/pay\/transactions\/id\/(\d+)$/.exec(pathname)?.[1];
  const refund = /^\/v3\/refund\/domestic\/refunds\/([^/]+)$/.exec(pathname)?.[1];
  const { planted } = control;
  switch (`${request.method} ${pathname}`) {
    case 'POST /v3/pay/transactions/native':
      return placeOrder(desk, 'native', fieldsIn(request));
    case 'POST /v3/pay/transactions/jsapi':
      return placeOrder(desk, 'jsapi', fieldsIn(request));
    case 'POST /v3/refund/domestic/refunds':
      return control.refundTaken(takeRefund(desk, fieldsIn(request)));
    case 'GET /v3/certificates':
      return certificates(desk, control);
    case 'GET /v3/bill/tradebill':
      return announceBill(desk, searchParams, planted, url);
    case 'GET /v3/billdownload/file':
      return downloadBill(desk, searchParams, planted);
  }
  const number = decoded(order ?? '');
  if (order && closing && request.method === 'POST') return closeOrder(desk, number, fieldsIn(request));
  if (request.method !== 'GET') throw new Refusal(405, 'INVALID_REQUEST', '请求方法错误');
  if (order && !closing) return showOrder(desk, desk.books.order(number, desk.now()), searchParams);
  if (transaction) return showOrder(desk, desk.books.orderByTransaction(transaction), searchParams);
  if (refund) return showRefund(desk, decoded(refund));
  throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '资源不存在');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Refusal(400, 'PARAM_ERROR', '路径参数错误');
  }
}

/** `GET /v3/certificates`: each sealed with the APIv3 key. A merchant who began with the public key has none. */
function certificates({ identity, merchant }: Desk, control: Control): WireAnswer {
  if (!control.givesCertificates) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '无可用的平台证书');
  const data = identity.certificates.map(({ serial, pem, from, until }) => ({
    ...{ serial_no: serial, effective_time: timeText(from), expire_time: timeText(until) },
    encrypt_certificate: identity.sealed(pem, merchant.apiV3Key, 'certificate'),
  }));
  return { status: 200, body: { data } };
}

function befall(
  house: House,
  mishap: Mishap,
  real: WireAnswer | undefined,
  request: Incoming,
  response: ServerResponse,
): void {
  switch (mishap.how) {
    case 'no answer':
      // The socket stays open until the asker or the simulator gives up.
      mishap.held?.();
      break;
    case 'cut':
      response.socket?.destroy();
      break;
    case 'error':
      write(house, { status: 500, body: { code: 'SYSTEM_ERROR', message: '系统错误' } }, request, response);
      break;
    case 'bad gateway':
      response.writeHead(502, { 'Content-Type': 'text/html' }).end('<html><h1>502 Bad Gateway</h1></html>');
      break;
    case 'refuse': {
      const [status, code] = [mishap.status ?? 400, mishap.code ?? 'INVALID_REQUEST'];
      write(house, { status, body: { code, message: 'refused by the simulator' } }, request, response);
      break;
    }
    case 'late':
      house.control.after(mishap.delayMs ?? 1_000, () => {
        write(house, real ?? answered(house, request), request, response);
      });
      break;
    default:
      write(house, real ?? { status: 200, body: {} }, request, response, mishap.how);
  }
}

function write(
  { desk, control }: House,
  { status, body, file }: WireAnswer,
  request: Incoming,
  response: ServerResponse,
  wrong?: 'unsigned' | 'forged' | 'old',
): void {
  if (file) {
    response.writeHead(status, { 'Content-Type': 'application/octet-stream' }).end(file);
    return;
  }
  const text = body === undefined ? '' : JSON.stringify(body);
  const wanted = request.headers['wechatpay-serial'];
  const serial = typeof wanted === 'string' && desk.identity.knows(wanted) ? wanted : control.callbacks.serial;
  // Who could not be told to be the merchant gets an answer that is not signed.
  const isSigned = wrong !== 'unsigned' && status !== 401;
  const at = desk.now() - (wrong === 'old' ? 3_600_000 : 0);
  const by = wrong === 'forged' ? desk.identity.keys.stranger.privateKey : undefined;
  const headers = isSigned ? desk.identity.signed(text, at, serial, by) : {};
  const type = body === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...headers, ...type, 'Request-ID': desk.identity.nonce(32) }).end(text);
}
