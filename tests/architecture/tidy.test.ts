import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as code from './tidy/code.ts';
import * as layout from './tidy/layout.ts';
import { findingsOf, projectTree, type Rule, Tree } from './tidy/rule.ts';
import { seams } from './tidy/seams.ts';
import * as size from './tidy/size.ts';
import * as text from './tidy/text.ts';

const rules: readonly Rule[] = [size, code, layout, text].flatMap((group) => Object.values(group)).concat(seams);
const project = projectTree(fileURLToPath(new URL('../..', import.meta.url)));

describe.each(rules.map((rule) => [rule.name, rule.why, rule] as const))('%s: %s', (_name, _why, rule) => {
  test('holds in the project', () => {
    expect(findingsOf(rule, project, { staleEntries: true })).toEqual([]);
  });

  test.each(Object.entries(rule.broken))('is broken by %s', (_, files) => {
    expect(findingsOf(rule, new Tree(files))).not.toEqual([]);
  });

  test.each(Object.entries(rule.kept))('is kept by %s', (_, files) => {
    expect(findingsOf(rule, new Tree(files))).toEqual([]);
  });
});

test('the whole project was read', () => {
  const paths = [...project.files.keys()];
  expect(paths.filter((path) => path.startsWith('src/')).length).toBeGreaterThan(80);
  expect(paths).toEqual(expect.arrayContaining(['README.md', '.ci/run', 'package.json', 'bench/run.ts']));
});
