import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createRawServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Connection, parseAnswer } from './http.ts';

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function connected(listener: RequestListener): Promise<Connection> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const connection = await Connection.open('127.0.0.1', (server.address() as AddressInfo).port);
  closing.push(
    () => connection.close(),
    () => server.close(),
  );
  return connection;
}

describe('a connection', () => {
  test('sends what it is given and keeps the connection', async () => {
    const heard: string[] = [];
    const connection = await connected((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        heard.push(`${request.method} ${request.url} ${request.headers['idempotency-key']} ${body}`);
        const answer = JSON.stringify({ tea: '绿茶', turn: heard.length });
        response.writeHead(201, { 'content-length': Buffer.byteLength(answer) }).end(answer);
      });
    });
    const first = await connection.send('POST', '/v1/orders', 'idempotency-key: k1\r\n', '{"tea":"绿茶"}');
    const second = await connection.send('GET', '/v1/orders/1', '');
    expect(first).toEqual({ status: 201, body: '{"tea":"绿茶","turn":1}' });
    expect(second.body).toBe('{"tea":"绿茶","turn":2}');
    expect(heard).toEqual(['POST /v1/orders k1 {"tea":"绿茶"}', 'GET /v1/orders/1 undefined ']);
  });

  test('fails the request under way, and those after it, when the other side hangs up', async () => {
    const server = createRawServer((socket) => socket.on('data', () => socket.destroy())).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const connection = await Connection.open('127.0.0.1', (server.address() as AddressInfo).port);
    closing.push(() => server.close());
    await expect(connection.send('GET', '/', '')).rejects.toThrow();
    await expect(connection.send('GET', '/', '')).rejects.toThrow();
  });
});

describe('an answer', () => {
  const whole = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n绿茶');

  test('is read once it is complete, byte by byte', () => {
    for (let length = 0; length < whole.length; length += 1)
      expect(parseAnswer(whole.subarray(0, length))).toBeUndefined();
    expect(parseAnswer(whole)).toEqual({ answer: { status: 200, body: '绿茶' }, length: whole.length });
  });

  test('without a body needs no length', () => {
    const head = Buffer.from('HTTP/1.1 204 No Content\r\ndate: now\r\n\r\n');
    expect(parseAnswer(head)).toEqual({ answer: { status: 204, body: '' }, length: head.length });
  });

  test('in chunks is an error rather than a guess', () => {
    expect(parseAnswer(Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'))).toBeInstanceOf(Error);
  });
});
