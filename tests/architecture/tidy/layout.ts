import type { Finding, Rule, Tree } from './rule.ts';

/** What each service has; a room with more to it is a folder of that name. */
const rooms: Readonly<Record<string, RegExp>> = {
  'README.md': /^README\.md$/,
  'service.ts': /^service\.ts$/,
  'domain.ts or domain/': /^domain(\.ts$|\/.+(?<!\.test)\.ts$)/,
  'store.ts': /^store\.ts$/,
  'routes.ts or routes/': /^routes(\.ts$|\/.+\.ts$)/,
  'migrations/': /^migrations\/0001_.+\.sql$/,
  'test of its rules': /^domain(\..+)?\.test\.ts$|^domain\/.+\.test\.ts$/,
};

export const serviceFiles: Rule = {
  name: 'service files',
  why: 'who knows one service knows all',
  *check(tree) {
    const paths = [...tree.files.keys()];
    for (const folder of foldersIn(tree, /^(src\/services\/[^/]+)\//)) {
      const inside = paths.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
      for (const [room, form] of Object.entries(rooms)) {
        if (!inside.some((path) => form.test(path))) yield { path: folder, what: `has no ${room}` };
      }
    }
  },
  broken: {
    'a service that is one file': { 'src/services/tea/service.ts': '' },
    'a bare service beside a whole one': { ...service('tea'), 'src/services/cups/service.ts': '' },
    ...Object.fromEntries(
      Object.keys(service('tea')).map((path) => [`a service without ${path}`, without(service('tea'), path)]),
    ),
    'a domain of nothing but tests': {
      ...without(service('tea'), 'src/services/tea/domain.ts'),
      'src/services/tea/domain/brew.test.ts': '',
    },
  },
  kept: {
    'a service with more to it': { ...service('tea'), 'src/services/tea/leaves/green.ts': '' },
    'a domain that is a folder': {
      ...without(service('tea'), 'src/services/tea/domain.ts'),
      'src/services/tea/domain/brew.ts': '',
    },
  },
};

export const migrations: Rule = {
  name: 'migrations',
  why: 'forward only, one after the other: a gap or a number used twice is a merge gone wrong',
  check: (tree) => numbered(tree, /^(src\/.*migrations)\/(.+)$/, /^(\d{4})_[a-z0-9_]+\.sql$/),
  broken: {
    'a first one that is not 0001': { 'src/services/tea/migrations/0002_tea.sql': '' },
    'a gap': { 'src/services/tea/migrations/0001_tea.sql': '', 'src/services/tea/migrations/0003_cup.sql': '' },
    'a number used twice': {
      'src/services/tea/migrations/0001_tea.sql': '',
      'src/services/tea/migrations/0001_cup.sql': '',
    },
    'a name of another form': { 'src/services/tea/migrations/0001-tea.sql': '' },
    'a name without a number': { 'src/runtime/migrations/tea.sql': '' },
  },
  kept: {
    'a row of numbers in each folder': {
      'src/runtime/migrations/0001_log.sql': '',
      'src/services/tea/migrations/0001_tea.sql': '',
    },
  },
};

export const decisions: Rule = {
  name: 'decisions',
  why: 'a decision can be found by its number and says what was weighed, and what would change our mind',
  *check(tree) {
    yield* numbered(tree, /^(docs\/adr)\/((?!README).+)$/, /^(\d{4})-[a-z0-9-]+\.md$/);
    const index = tree.files.get('docs/adr/README.md') ?? '';
    for (const [path, text] of tree.files) {
      const file = /^docs\/adr\/(\d{4}-.+)$/.exec(path)?.[1];
      if (!file) continue;
      if (!index.includes(`](${file})`)) yield { path, what: 'is not in docs/adr/README.md' };
      for (const heading of ['Context', 'Options', 'Decision', 'What would change our mind']) {
        if (!text.includes(`\n## ${heading}\n`)) yield { path, what: `has no section “${heading}”` };
      }
    }
  },
  broken: {
    'one that the index does not name': { ...decision('0001-tea') },
    'a first one that is not 0001': { ...decision('0002-tea'), 'docs/adr/README.md': '[Tea](0002-tea.md)' },
    'one that lacks sections': {
      'docs/adr/0001-tea.md': '\n## Context\n',
      'docs/adr/README.md': '[Tea](0001-tea.md)',
    },
  },
  kept: { 'one with all of it': { ...decision('0001-tea'), 'docs/adr/README.md': '[Tea](0001-tea.md)' } },
};

function numbered(tree: Tree, place: RegExp, form: RegExp): Finding[] {
  const findings: Finding[] = [];
  const numbers = new Map<string, number[]>();
  for (const path of tree.files.keys()) {
    const [, folder, file] = place.exec(path) ?? [];
    if (!folder || !file) continue;
    const number = form.exec(file)?.[1];
    if (number === undefined) findings.push({ path, what: `is not named like ${form.source}` });
    else numbers.set(folder, [...(numbers.get(folder) ?? []), Number(number)]);
  }
  for (const [folder, found] of numbers) {
    const sorted = found.sort((left, right) => left - right);
    if (sorted.some((number, index) => number !== index + 1))
      findings.push({ path: folder, what: `is numbered ${sorted}` });
  }
  return findings;
}

function foldersIn(tree: Tree, place: RegExp): Set<string> {
  const folders = new Set<string>();
  for (const path of tree.files.keys()) {
    const folder = place.exec(path)?.[1];
    if (folder) folders.add(folder);
  }
  return folders;
}

function service(name: string): Record<string, string> {
  const files = [
    'README.md',
    'service.ts',
    'domain.ts',
    'domain.test.ts',
    'store.ts',
    'routes.ts',
    'migrations/0001_tea.sql',
  ];
  return Object.fromEntries(files.map((file) => [`src/services/${name}/${file}`, '']));
}

function decision(name: string): Record<string, string> {
  return {
    [`docs/adr/${name}.md`]: '# Tea\n## Context\n## Options\n## Decision\n## What would change our mind\n',
  };
}

function without(files: Record<string, string>, path: string): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([name]) => name !== path));
}
