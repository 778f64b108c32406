import ts from 'typescript';
import { eachNode, isSource, type Rule } from './rule.ts';

/** Calls that only one place may make, so that a test or a simulation can decide what comes of them. */
const guarded: readonly { readonly calls: readonly string[]; readonly at: RegExp; readonly instead: string }[] = [
  {
    calls: ['Date.now', 'new Date()', 'performance.now', 'process.hrtime'],
    at: /^src\/runtime\/seams\//,
    instead: 'the clock of the context',
  },
  {
    calls: ['Math.random', 'randomUUID', 'randomBytes', 'randomInt', 'randomFillSync', 'getRandomValues'],
    at: /^src\/runtime\/seams\//,
    instead: 'random and ids of the context',
  },
  {
    calls: ['setTimeout', 'setInterval', 'setImmediate', 'node:timers/promises'],
    // The command line waits for a platform that runs elsewhere.
    at: /^src\/(runtime\/seams|cli)\//,
    instead: 'the scheduler of the context',
  },
  {
    calls: ['process.env', 'process.exit', 'process.on'],
    // A broker of our own is a program like any other: found on the PATH, and ended with us.
    at: /^src\/(cli|apps|runtime\/bus\/rabbitmq\/own-broker)/,
    instead: 'settings; only a program ends itself',
  },
  { calls: ['console'], at: /^src\/cli\//, instead: 'the log of the context' },
];

export const seams: Rule = {
  name: 'seams',
  why: 'time, chance, delays and the environment enter in one place each',
  allowed: {},
  check: (tree) =>
    eachNode(tree, isSource, (node, _source, path) => {
      const name = guardedName(node);
      const guard = name === undefined ? undefined : guarded.find(({ calls }) => calls.includes(name));
      return guard && !guard.at.test(path) ? `${name}: use ${guard.instead}` : undefined;
    }),
  broken: {
    ...inDomain({
      'the system clock': 'const now = Date.now();',
      'the system clock, handed on': 'const now = Date.now;',
      'the present as a date': 'const now = new Date();',
      'the present as a date, without brackets': 'const now = new Date;',
      'the monotonic clock': 'const at = performance.now();',
      chance: 'const chance = Math.random();',
      'an id made by Node': "import { randomUUID } from 'node:crypto';",
      'chance under another name': "import { randomBytes as salt } from 'crypto';",
      'chance by way of its module': "import * as crypto from 'node:crypto';\nconst id = crypto.randomUUID();",
      'a delay': 'setTimeout(run, 10);',
      'a delay that can be awaited': "import { setTimeout as pause } from 'node:timers/promises';",
      'a delay by way of globalThis': 'globalThis.setInterval(run, 10);',
      'the environment': 'const { PORT } = process.env;',
      'an end of the process': 'process.exit(1);',
      'the console': "console.log('tea');",
      'the console, taken apart': 'const { log } = console;',
    }),
  },
  kept: {
    ...inDomain({
      'fixed dates, and what the context gives':
        'const at = new Date(0); const now = clock.now(); scheduler.after(1, run);',
      'chance that is handed in': 'const ids = (randomBytes: Fill) => randomBytes(pool);',
      'names that only look like it': 'interface Console { console: string; setTimeout: number }',
    }),
    'the clock in its place': {
      'src/runtime/seams/system-time.ts': 'export const clock = { now: () => Date.now() };',
    },
    'a program that writes and reads what programs may': { 'src/cli/suanpan.ts': 'console.log(process.env);' },
    "a socket's own setTimeout": { 'src/runtime/http/server.ts': 'socket.setTimeout(10);' },
    'a test': { 'src/services/tea/domain.test.ts': 'const now = Date.now();' },
  },
};

function inDomain(examples: Readonly<Record<string, string>>): Rule['broken'] {
  return Object.fromEntries(
    Object.entries(examples).map(([title, text]) => [title, { 'src/services/tea/domain.ts': text }]),
  );
}

/** The name under which a node would be guarded: `Date.now`, `randomUUID`, whoever it is called on. */
function guardedName(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node)) {
    return node.expression.getText() === 'Date' && !node.arguments?.length ? 'new Date()' : undefined;
  }
  if (ts.isPropertyAccessExpression(node)) {
    const owner = node.expression.getText();
    if (owner === 'globalThis') return node.name.text;
    const path = `${owner}.${node.name.text}`;
    if (guarded.some(({ calls }) => calls.includes(path))) return path;
    // A socket's own setTimeout is none of ours.
    return isCalled(node) && isChance(node.name.text) ? node.name.text : undefined;
  }
  if (ts.isStringLiteral(node) && ts.isImportDeclaration(node.parent)) return node.text;
  if (ts.isImportSpecifier(node)) {
    const name = (node.propertyName ?? node.name).text;
    return isChance(name) && node.parent.parent.parent.moduleSpecifier.getText().includes('crypto') ? name : undefined;
  }
  // What is called randomBytes but not imported was handed in.
  return ts.isIdentifier(node) && (isCalled(node) || isRead(node)) && !isChance(node.text) ? node.text : undefined;
}

function isChance(name: string): boolean {
  return /^(random|getRandom)/.test(name);
}

function isCalled(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && node.parent.expression === node;
}

function isRead(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.expression === node) ||
    (ts.isVariableDeclaration(parent) && parent.initializer === node) ||
    (ts.isPropertyAssignment(parent) && parent.initializer === node)
  );
}
