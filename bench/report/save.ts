import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../results.ts';
import { pageOf } from './page.ts';
import { pictureOf } from './picture.ts';

/** Writes the report as JSON with every round, as a picture, and as a page that shows it; returns the page's path. */
export function save(report: Report, folder: string, name: 'full' | 'last'): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  const rounded = (_key: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
  writeFileSync(`${path}.json`, `${JSON.stringify(report, rounded, 1)}\n`);
  writeFileSync(`${path}.svg`, pictureOf(report));
  writeFileSync(`${path}.md`, pageOf(report, `${name}.svg`));
  return `${path}.md`;
}
