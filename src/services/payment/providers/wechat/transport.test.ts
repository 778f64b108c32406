import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seededRandom } from '#runtime/seams/random.ts';
import { systemScheduler } from '#runtime/seams/scheduler.ts';
import type { WechatAccount } from './settings.ts';
import { signing } from './testing/client-made.ts';
import { Transport } from './transport.ts';

const now = Date.parse('2026-11-18T12:00:00+08:00');
const means = {
  ...{ clock: { now: () => now }, random: seededRandom(1), scheduler: systemScheduler() },
  log: { warn: () => undefined },
};
let received: { request: IncomingMessage; body: string }[] = [];
let answer: { status: number; headers?: Record<string, string> } = { status: 200 };
const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += String(part);
  received.push({ request, body });
  response.writeHead(answer.status, answer.headers).end('{}');
});
let account: WechatAccount;

beforeEach(async () => {
  [received, answer] = [[], { status: 200 }];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  account = {
    ...{ merchantId: '1900000001', appId: 'wxd678efh567hg6787', certificateSerial: 'F5765756002FDD77' },
    ...{ privateKey: signing.privateKey, platformKey: null, notifyUrl: 'https://shop.example.com/x' },
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  } as unknown as WechatAccount;
});
afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

const origin = { deadline: now + 20_000 };

describe('a request', () => {
  test('is signed as the client signs it', async () => {
    expect(await new Transport(account, means).sign(signing.message)).toBe(signing.signature);
  });

  test('says what WeChat Pay wants to be told, of this moment by our clock', async () => {
    await new Transport(account, means).send({ method: 'POST', path: '/v3/x?y=%2F', body: { a: '茶' } }, origin);
    const [{ request, body } = { request: undefined, body: '' }] = received;
    expect(request?.headers).toMatchObject({ accept: 'application/json', 'content-type': 'application/json' });
    expect(request?.headers['user-agent']).toBeTruthy();
    const given = request?.headers.authorization ?? '';
    expect(given).toMatch(/^WECHATPAY2-SHA256-RSA2048 (\w+="[^"]+",){4}\w+="[^"]+"$/);
    for (const part of ['mchid="1900000001"', 'timestamp="1794974400"', 'serial_no="F5765756002FDD77"']) {
      expect(given).toContain(part);
    }
    expect(given).toMatch(/nonce_str="[0-9A-Za-z]{32}"/);
    expect([request?.url, body]).toEqual(['/v3/x?y=%2F', '{"a":"茶"}']);
  });

  test('follows no redirection: its signature is for one path, and its token for one host', async () => {
    answer = { status: 302, headers: { location: '/elsewhere' } };
    expect(await new Transport(account, means).send({ method: 'GET', path: '/v3/x' }, origin)).toMatchObject({
      status: 302,
    });
    expect(received).toHaveLength(1);
  });

  test('goes straight to the host, whatever proxy the environment names', async () => {
    process.env.HTTP_PROXY = 'http://127.0.0.1:1';
    try {
      expect(await new Transport(account, means).send({ method: 'GET', path: '/v3/x' }, origin)).toMatchObject({
        status: 200,
      });
    } finally {
      delete process.env.HTTP_PROXY;
    }
  });

  test('that finds nobody is unknown, in one word of the network’s', async () => {
    const nowhere = { ...account, apiUrl: 'http://127.0.0.1:1' };
    const told = await new Transport(nowhere, means).send({ method: 'GET', path: '/v3/x' }, origin);
    expect(told).toEqual({ kind: 'unknown', reason: 'no answer: ECONNREFUSED' });
  });
});
