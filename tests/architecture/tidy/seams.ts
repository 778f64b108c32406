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
    at: /^src\/(cli|apps)\//,
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
  broken: [
    'const now = Date.now();',
    'const now = Date.now;',
    'const now = new Date();',
    'const now = new Date;',
    'const at = performance.now();',
    'const chance = Math.random();',
    "import { randomUUID } from 'node:crypto';",
    "import { randomBytes as salt } from 'crypto';",
    "import * as crypto from 'node:crypto';\nconst id = crypto.randomUUID();",
    'setTimeout(run, 10);',
    "import { setTimeout as pause } from 'node:timers/promises';",
    'globalThis.setInterval(run, 10);',
    'const { PORT } = process.env;',
    'process.exit(1);',
    "console.log('tea');",
    'const { log } = console;',
  ].map((text) => ({ 'src/services/tea/domain.ts': text })),
  kept: [
    { 'src/runtime/seams/system-time.ts': 'export const clock = { now: () => Date.now() };' },
    { 'src/cli/suanpan.ts': 'console.log(process.env);' },
    { 'src/services/tea/domain.ts': 'const at = new Date(0); const now = clock.now(); scheduler.after(1, run);' },
    { 'src/services/tea/domain.ts': 'const ids = (randomBytes: Fill) => randomBytes(pool);' },
    { 'src/services/tea/domain.ts': 'interface Console { console: string; setTimeout: number }' },
    { 'src/runtime/http/server.ts': 'socket.setTimeout(10);' },
    { 'src/services/tea/domain.test.ts': 'const now = Date.now();' },
  ],
};

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
