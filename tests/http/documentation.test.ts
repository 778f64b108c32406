import { afterAll, beforeAll, expect, it } from 'vitest';
import { problemCatalogue } from '#kernel/problem.ts';
import { type FakeShop, openFakeShop } from './fake-shop.ts';

let shop: FakeShop;
beforeAll(async () => {
  shop = await openFakeShop();
});
afterAll(() => shop.close());

const get = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
  const answer = await fetch(`${shop.baseUrl}${path}`, { headers });
  return { answer, text: await answer.text() };
};

it('/openapi.json describes what is served, and nothing else', async () => {
  const { answer, text } = await get('/openapi.json');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> };
  expect(Object.keys(paths['/v1/orders'] ?? {})).toEqual(['post', 'get']);
  expect(Object.keys(paths).some((path) => path.startsWith('/internal'))).toBe(false);
});

it('/asyncapi.json is there', async () => {
  expect(JSON.parse((await get('/asyncapi.json')).text)).toMatchObject({ asyncapi: '3.0.0' });
});

it('/docs can be read with nothing from elsewhere', async () => {
  const { answer, text } = await get('/docs');
  expect(answer.status).toBe(200);
  const loaded = [...text.matchAll(/(?:src|href|url)\s*[=:]\s*["']?([^"'\s>]+)/gi)].map(([, address]) => address ?? '');
  expect(loaded.length).toBeGreaterThan(0);
  expect(loaded.filter((address) => !/^["']?\/(?!\/)/.test(address))).toEqual([]);
  expect(text).not.toMatch(/https?:\/\//);
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toMatch(/script-src 'self' 'sha256-[^']+'(;|$)/);
  expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
  for (const address of loaded) expect((await get(address)).answer.status, address).toBe(200);
});

it('the script comes compressed to those who can read that', async () => {
  const answer = await fetch(`${shop.baseUrl}/docs/scalar.js`, { headers: { 'accept-encoding': 'gzip' } });
  expect(answer.headers.get('content-encoding')).toBe('gzip');
  expect((await answer.text()).length).toBeGreaterThan(1_000_000);
  const plain = await fetch(`${shop.baseUrl}/docs/problems`, { headers: { 'accept-encoding': 'identity' } });
  expect(plain.headers.get('content-encoding')).toBeNull();
});

it('/docs/problems has every code, where the type of a problem leads', async () => {
  const { text } = await get('/docs/problems');
  for (const code of Object.keys(problemCatalogue)) expect(text).toContain(`id="${code}"`);
});
