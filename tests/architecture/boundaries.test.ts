import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { afterAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const options: ICruiseOptions = await extractOptions(join(root, '.dependency-cruiser.mjs'));
const rules = (options.ruleSet?.forbidden ?? []).map((rule) => rule.name ?? '');
const sources = ['src', 'tests', 'bench', 'scripts', 'bin', 'simulators', 'web'].filter((folder) =>
  existsSync(join(root, folder)),
);

async function cruised(baseDir: string, paths: readonly string[]): Promise<ICruiseResult> {
  const { output } = await cruise([...paths], { ...options, baseDir, validate: true });
  if (typeof output === 'string') throw new Error(output);
  return output;
}

function violationsOf(result: ICruiseResult): string[] {
  return result.summary.violations.map((found) => `${found.rule.name}: ${found.from} → ${found.to}`);
}

describe('the house', () => {
  test('keeps its boundaries', async () => {
    const result = await cruised(root, sources);
    expect(violationsOf(result)).toEqual([]);
  });

  test('was really looked at: with an unfit TypeScript dependency-cruiser sees nothing and complains of nothing', async () => {
    const { modules } = await cruised(root, sources);
    const own = modules.filter((module) => module.source.startsWith('src/'));
    const imports = own.flatMap((module) => module.dependencies);
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => `src/${path}`);
    expect(own.map((module) => module.source).sort()).toEqual(files.sort());
    expect(imports.filter((found) => found.module.startsWith('#')).length).toBeGreaterThan(30);
    expect(imports.filter((found) => found.dependencyTypes.includes('type-only')).length).toBeGreaterThan(30);
  });
});

/** For each rule a file that breaks it; the rest of the little house is sound. */
const planted: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'service-apart': { 'src/services/tea/handlers.ts': "import '../cups/service.ts';" },
  'front-door': { 'tests/shop.test.ts': "import '#services/tea/store.ts';" },
  'domain-pure': { 'src/services/tea/domain.ts': "import type { Row } from './store.ts';\nexport const row: Row = 1;" },
  'domain-knows-types-of-the-batch': {
    'src/services/tea/domain/brew.ts':
      "import { writer } from '#runtime/batch/writer.ts';\nexport const brew = writer;",
  },
  'contracts-alone': { 'src/contracts/order.ts': "import 'fastify';" },
  'kernel-alone': { 'src/kernel/money.ts': "import 'node:crypto';" },
  'runtime-below': { 'src/runtime/host.ts': "import '#services/tea/service.ts';" },
  'apps-on-top': { 'src/services/tea/service.ts': "import '#apps/all-in-one.ts';" },
  'service-stays-inside': { 'src/services/tea/routes.ts': "import 'node:net';" },
  'driver-at-home-pg': { 'src/services/tea/store.ts': "import 'pg';\nexport type Row = number;" },
  'driver-at-home-fastify': { 'src/runtime/database/pool.ts': "import 'fastify';" },
  'driver-at-home-amqplib': { 'src/runtime/bus/port.ts': "import 'amqplib';" },
  'web-on-contracts': { 'web/shop/main.tsx': "import '#services/tea/service.ts';" },
  'applications-apart': { 'web/ui/Button.tsx': "import '../shop/main.tsx';" },
  'web-below-nothing': { 'src/services/tea/service.ts': "import '../../../web/shop/main.tsx';" },
  'source-apart-from-tests': { 'src/runtime/bus/port.ts': "import '../../../tests/shop.test.ts';" },
  'source-on-shipped-packages': { 'src/runtime/bus/port.ts': "import 'fast-check';" },
  'no-cycle': {
    'src/runtime/bus/port.ts': "import type { Adapter } from './adapter.ts';\nexport type Port = Adapter;",
    'src/runtime/bus/adapter.ts': "import type { Port } from './port.ts';\nexport type Adapter = Port;",
  },
  resolvable: { 'src/runtime/bus/port.ts': "import './nowhere.ts';" },
};

const sound: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    type: 'module',
    imports: { '#runtime/*': './src/runtime/*', '#services/*': './src/services/*', '#apps/*': './src/apps/*' },
    dependencies: { pg: '1', fastify: '1', amqplib: '1' },
    devDependencies: { 'fast-check': '1' },
  }),
  ...Object.fromEntries(
    ['pg', 'fastify', 'amqplib', 'fast-check'].flatMap((name) => [
      [`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' })],
      [`node_modules/${name}/index.js`, ''],
    ]),
  ),
  'src/runtime/batch/writer.ts': 'export const writer = 1;',
  'src/runtime/batch/decider.ts': 'export const nothing = {};\nexport type Decision = object;',
  'src/runtime/database/pool.ts': "import 'pg';",
  'src/runtime/http/server.ts': "import 'fastify';",
  'src/services/cups/service.ts': '',
  'src/services/tea/domain.ts': "import { nothing } from '#runtime/batch/decider.ts';\nexport const rule = nothing;",
  'src/services/tea/domain.test.ts': "import 'fast-check';\nimport './domain.ts';",
  'src/services/tea/store.ts': "import './domain.ts';\nexport type Row = number;",
  'src/services/tea/service.ts': "import './store.ts';",
  'web/shop/main.tsx': "import '../ui/Button.tsx';",
  'web/ui/Button.tsx': '',
  'src/apps/all-in-one.ts': "import '#services/tea/service.ts';\nimport '#services/cups/service.ts';",
  'tests/shop.test.ts': "import '#apps/all-in-one.ts';\nimport '#services/tea/service.ts';",
};

const houses: string[] = [];

function build(files: Readonly<Record<string, string>>): string {
  const base = mkdtempSync(join(tmpdir(), 'suanpan-boundaries-'));
  houses.push(base);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), content);
  }
  return base;
}

afterAll(() => {
  for (const house of houses) rmSync(house, { recursive: true, force: true });
});

describe('a rule', () => {
  test('finds nothing in a sound house', async () => {
    const result = await cruised(build(sound), ['src', 'tests', 'web']);
    expect(violationsOf(result)).toEqual([]);
    expect(result.modules.length).toBeGreaterThan(10);
  });

  test.each(rules)('finds what it forbids: %s', async (rule) => {
    const result = await cruised(build({ ...sound, ...planted[rule] }), ['src', 'tests', 'web']);
    expect(new Set(result.summary.violations.map((found) => found.rule.name))).toContain(rule);
  });

  test.each(['tests', 'bench', 'scripts', 'simulation', 'simulators'])('keeps source apart from %s', async (folder) => {
    const tool = `${folder}/tool.ts`;
    const leaning = { [tool]: '', 'src/runtime/bus/port.ts': `import '../../../${tool}';` };
    const result = await cruised(build({ ...sound, ...leaning }), ['src']);
    expect(violationsOf(result)).toEqual([`source-apart-from-tests: src/runtime/bus/port.ts → ${tool}`]);
  });

  test('has its example here, and no example is without its rule', () => {
    expect(Object.keys(planted).sort()).toEqual([...rules].sort());
  });
});
