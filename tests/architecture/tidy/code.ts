import ts from 'typescript';
import { eachLine, eachNode, isCode, isTest, type Rule } from './rule.ts';

/** Split, so that this folder does not break its own rules. */
const word = (...parts: readonly string[]): string => parts.join('');

export const names: Rule = {
  name: 'names',
  why: 'a drawer for odds and ends hides what is in it',
  *check(tree) {
    const drawer = /(^|[-.])(utils?|helpers?|common|misc)([-.]|$)/i;
    for (const path of tree.files.keys()) {
      if (isCode(path) && path.split('/').some((part) => drawer.test(part))) yield { path, what: 'names nothing' };
    }
  },
  broken: {
    'a file': { 'src/runtime/utils.ts': '' },
    'a folder': { 'src/helpers/text.ts': '' },
    'a part of a name': { 'tests/support/test-helpers.ts': '' },
  },
  kept: { 'longer words': { 'src/runtime/utilisation.ts': '', 'src/runtime/commonwealth.ts': '' } },
};

export const defaultExports: Rule = {
  name: 'default exports',
  why: 'a thing has one name wherever it is used; configuration files of tools are read by default export',
  check: (tree) =>
    eachNode(
      tree,
      (path) => path.includes('/'),
      (node) => {
        const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
        const isDefault = modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
        return isDefault || ts.isExportAssignment(node) ? 'is exported by default' : undefined;
      },
    ),
  broken: {
    'a value': { 'src/kernel/tea.ts': 'export default 1;' },
    'a function': { 'src/kernel/tea.ts': 'export default function tea() {}' },
  },
  kept: {
    'an export with a name': { 'src/kernel/tea.ts': 'export const tea = 1;' },
    'the configuration of a tool': { 'tool.config.ts': 'export default {};' },
  },
};

export const suppressions: Rule = {
  name: 'suppressions',
  why: 'a check is silenced for one line, by name and with a reason, or not at all',
  check: (tree) =>
    eachLine(tree, isCode, (line) => {
      if (new RegExp(`@ts-(${word('ig', 'nore')}|${word('no', 'check')})`).test(line)) return 'silences the compiler';
      const ignore = new RegExp(`${word('biome', '-ignore')}(-\\w+)? ([\\w/]+)(: .{10,})?`).exec(line);
      return ignore && (ignore[1] || !ignore[3])
        ? 'silences the linter without a reason, or for a whole file'
        : undefined;
    }),
  broken: {
    'a silenced compiler': { 'src/kernel/tea.ts': `// @ts-${word('ig', 'nore')}` },
    'a linter silenced without a reason': {
      'src/kernel/tea.ts': `// ${word('biome', '-ignore')} lint/suspicious/noExplicitAny`,
    },
    'a linter silenced for a whole file': {
      'src/kernel/tea.ts': `// ${word('biome', '-ignore')}-all lint/suspicious/noExplicitAny: because of the tea`,
    },
  },
  kept: {
    'one line, with a reason': {
      'src/kernel/tea.ts': `// ${word('biome', '-ignore')} lint/suspicious/noExplicitAny: a row is anything`,
    },
  },
};

export const unexplainedAny: Rule = {
  name: 'any',
  why: 'any switches the compiler off for all that it touches',
  check: (tree) =>
    eachNode(tree, isCode, (node, source) => {
      if (node.kind !== ts.SyntaxKind.AnyKeyword) return undefined;
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      const before = source.text.split('\n')[line - 1] ?? '';
      return before.includes(`${word('biome', '-ignore')} lint/suspicious/noExplicitAny:`) ? undefined : 'any';
    }),
  broken: {
    'a variable': { 'src/kernel/tea.ts': 'let tea: any;' },
    'a part of a type': { 'src/kernel/tea.ts': 'const tea = cup as Map<string, any>;' },
  },
  kept: {
    'the word itself': { 'src/kernel/tea.ts': "let tea: unknown; const any = 'any';" },
    'one with a reason': {
      'src/kernel/tea.ts': `// ${word('biome', '-ignore')} lint/suspicious/noExplicitAny: rows\nlet tea: any;`,
    },
  },
};

export const unfinished: Rule = {
  name: 'unfinished',
  why: 'what is left to do is an issue, with an owner; a mark in the code has none',
  check: (tree) => {
    const mark = new RegExp(`\\b(${word('TO', 'DO')}|${word('FIX', 'ME')}|${word('HA', 'CK')})\\b`);
    return eachLine(
      tree,
      () => true,
      (line) => mark.exec(line)?.[0],
    );
  },
  broken: {
    'a comment': { 'src/kernel/tea.ts': `// ${word('TO', 'DO')}: warm the pot` },
    'a page': { 'docs/tea.md': `${word('FIX', 'ME')} later` },
    'a migration': { 'src/services/tea/migrations/0001_tea.sql': `-- ${word('HA', 'CK')}` },
  },
  kept: { 'the words in a sentence': { 'docs/tea.md': 'What is left to do: nothing.' } },
};

export const skippedTests: Rule = {
  name: 'skipped tests',
  why: 'a test runs or it goes; one that needs what the machine lacks says so by skipIf',
  check: (tree) =>
    eachNode(tree, isTest, (node) =>
      ts.isPropertyAccessExpression(node) &&
      /^(skip|only|todo|fails)$/.test(node.name.text) &&
      /^(test|it|describe|suite)\b/.test(node.expression.getText())
        ? node.getText()
        : undefined,
    ),
  broken: {
    ...Object.fromEntries(
      ['test.skip', 'it.only', 'describe.todo', 'test.concurrent.skip', 'test.fails'].map((call) => [
        call,
        { 'tests/tea.test.ts': `${call}('brews', () => {});` },
      ]),
    ),
    'test.skip.each, beside the code': { 'src/kernel/tea.test.ts': "test.skip.each([1])('brews', () => {});" },
  },
  kept: {
    'skipIf, and what is no test': {
      'tests/tea.test.ts': "test.skipIf(!hasKettle)('brews', () => {}); list.skip(1);",
    },
  },
};

export const sleeps: Rule = {
  name: 'sleeps in tests',
  why: 'a test that waits for time to pass is slow on a good day and wrong on a bad one: await what happens',
  allowed: {},
  check: (tree) =>
    eachNode(tree, isTest, (node) => {
      if (ts.isCallExpression(node)) {
        const name = node.expression.getText().split('.').at(-1) ?? '';
        return /^(setTimeout|setInterval|sleep|delay|waitForTimeout)$/.test(name) ? `${name}()` : undefined;
      }
      const from = ts.isImportDeclaration(node) ? node.moduleSpecifier.getText() : '';
      return from.includes('timers') ? from : undefined;
    }),
  broken: {
    'a timer': { 'tests/tea.test.ts': 'await new Promise((resolve) => setTimeout(resolve, 100));' },
    'a timer that can be awaited': {
      'tests/tea.test.ts': "import { setTimeout as pause } from 'node:timers/promises';",
    },
    'a sleep': { 'tests/tea.test.ts': 'await sleep(100);' },
    'a pause of a browser': { 'tests/tea.test.ts': 'await page.waitForTimeout(100);' },
  },
  kept: {
    'moved time, events and limits': {
      'tests/tea.test.ts': 'time.move(60_000); await eventually(() => brewed); AbortSignal.timeout(1);',
    },
  },
};

export const functionsMadeOld: Rule = {
  name: 'functions made old',
  why: 'V8 makes a function old at once that is written into a property where it is made, and all that it holds with it (ADR 29)',
  check: (tree) =>
    eachNode(
      tree,
      (path) => path.startsWith('src/runtime/') && !isTest(path),
      (node) => {
        if (!ts.isBinaryExpression(node) || !assignments.has(node.operatorToken.kind)) return undefined;
        const isProperty = ts.isPropertyAccessExpression(node.left) || ts.isElementAccessExpression(node.left);
        const isFunction = ts.isArrowFunction(node.right) || ts.isFunctionExpression(node.right);
        return isProperty && isFunction ? 'writes a function into a property: give it a name first' : undefined;
      },
    ),
  broken: {
    'a private field': { 'src/runtime/tea.ts': 'class Tea { #pour; boil() { this.#pour = () => 1; } }' },
    'an element': { 'src/runtime/tea.ts': 'pours[0] = function () {};' },
    'a field that has none yet': { 'src/runtime/tea.ts': 'tea.pour ??= () => 1;' },
  },
  kept: {
    'a function with a name': { 'src/runtime/tea.ts': 'const pour = () => 1; tea.pour = pour;' },
    'an initial value': { 'src/runtime/tea.ts': 'class Tea { pour = () => 1; }' },
    'a member of an object': { 'src/runtime/tea.ts': 'const tea = { pour: () => 1 };' },
  },
};

const assignments: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsToken,
  ts.SyntaxKind.QuestionQuestionEqualsToken,
  ts.SyntaxKind.BarBarEqualsToken,
  ts.SyntaxKind.AmpersandAmpersandEqualsToken,
]);
