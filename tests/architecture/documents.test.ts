import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { generatedPages } from '../../scripts/documents.ts';
import { problemCatalogue } from '../../src/kernel/problem.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = await generatedPages();

test.each(Object.entries(pages))('%s is what the code says: run npm run documents', (path, page) => {
  expect(readFileSync(`${root}${path}`, 'utf8')).toBe(page);
});

test('each problem of the catalogue has its row, and operations name some', () => {
  const page = pages['docs/errors.md'] ?? '';
  for (const code of Object.keys(problemCatalogue)) expect(page).toContain(`| \`${code}\` |`);
  expect(page).toContain('`POST /v1/payments`');
});
