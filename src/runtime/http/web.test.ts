import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addWebApplications } from './web.ts';

let folder: string;
let app: FastifyInstance;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'web-'));
  mkdirSync(join(folder, 'shop', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'shop', 'index.html'), '<p>shop</p>');
  writeFileSync(join(folder, 'shop', 'assets', 'main-B_4-x.js'), 'script');
  app = Fastify();
  app.decorateRequest('visit');
  app.addHook('onRequest', async (request) => {
    request.visit = {} as never;
  });
  addWebApplications(app, [{ at: '/', folder: join(folder, 'shop') }]);
  await app.ready();
});

afterAll(async () => {
  await app?.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = async (url: string, headers: Readonly<Record<string, string>> = {}) => {
  const { statusCode, body } = await app.inject({ method: 'GET', url, headers });
  return [statusCode, statusCode === 200 ? body : ''];
};

test('files of the application are served by their names', async () => {
  expect(await ask('/assets/main-B_4-x.js')).toEqual([200, 'script']);
  expect(await ask('/assets/main-other.js')).toEqual([404, '']);
});

test.each([
  '/assets/..%2f..%2fsecret.txt',
  '/assets/..%5c..%5csecret.txt',
  '/assets/%2e%2e%2findex.html',
  '/assets/.%00',
  '/assets/main%00.js',
  '/assets/',
  '/assets/sub/main.js',
  `/assets/${'x'.repeat(5_000)}`,
])('what is no name of a file is not there: %s', async (url) => {
  expect(await ask(url)).toEqual([404, '']);
});

test.each([
  { range: 'bytes=99999-' },
  { range: 'bytes=0-1' },
  { range: 'x' },
  { 'if-match': '"other"' },
  { 'if-unmodified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' },
])('a page is sent whole, whatever is asked for: %o', async (headers) => {
  expect(await ask('/', headers)).toEqual([200, '<p>shop</p>']);
  expect(await ask('/assets/main-B_4-x.js', headers)).toEqual([200, 'script']);
});
