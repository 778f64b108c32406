import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { serviceNames, services } from '../../src/apps/services.ts';
import { runtimeOperations } from '../../src/contracts/http/runtime.ts';
import { deathsInProcess, deathsOverRabbit } from './matrix.ts';

/** docs/reliability.md, "Fail points": the matrix has all of them that the code has. */

const root = fileURLToPath(new URL('../../', import.meta.url));

async function sources(pattern: string): Promise<string[]> {
  const paths = (await Array.fromAsync(glob(pattern, { cwd: root }))).filter((path) => !path.endsWith('.test.ts'));
  return paths.map((path) => readFileSync(`${root}${path}`, 'utf8'));
}

/** `${service}.before-commit` and the like, as the code names them: with `*` for what is put in. */
async function pointsInCode(): Promise<Set<string>> {
  const reached = /\breach\((?:\w+, )?[`']([^`']+)[`']\)/g;
  const texts = await sources('src/**/*.ts');
  const names = texts.flatMap((text) => [...text.matchAll(reached)].map(([, name = '']) => name));
  return new Set(names.map((name) => name.replaceAll(/\$\{[^}]+\}/g, '*')));
}

/** Operations that services ask of each other, as their contracts are called in the code. */
async function callsInCode(): Promise<Set<string>> {
  const asked = /\bcontext\.call\(\s*(\w+),|\bgateway\.call\(\s*(\w+),|\bruntimeOperations\(\w+\)\.(\w+)/g;
  const taken = /\{ (\w+) \} = runtimeOperations\(/g;
  const texts = await sources('src/{services,apps,runtime}/**/*.ts');
  const names = texts.flatMap((text) => [...text.matchAll(asked), ...text.matchAll(taken)]);
  return new Set(names.flatMap(([, ...found]) => found.find((name) => name !== undefined) ?? []));
}

/**
 * Asked only where something was parked, which a shop that works has nothing of: the desk of dead letters has tests of its own.
 */
const asksAboutParked = [
  'retryDeadLetter',
  'discardDeadLetter',
  'retryDeadLetters',
  'discardDeadLetters',
  'showDeadLetter',
];

/** They change nothing: who looks and gets no answer looks again. */
const looks = [
  ...['records', 'rehearse', 'trail', 'settings', 'health', 'processes', 'samples', 'subscriptions', 'backlogs'],
  ...['getAnyOrder', 'getOrderFigures', 'getPaymentFigures', 'getUser', 'lookUpUsers', 'followOrder', 'followPayment'],
  ...['describeItems', 'findJournals'],
];

/**
 * Handed on for a browser or an operator, who send them again: log-ins and bills are tried with repeats where they are at home.
 */
const handedOn = ['register', 'logOut', 'refreshWebSession', 'reconcileFile'];

describe('the matrix', () => {
  const points = deathsOverRabbit.map(({ point }) => point);

  test('has every kind of fail point of the code, and no other', async () => {
    const forms = [...(await pointsInCode())].map((name) => ({
      name,
      form: new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '[\\w-]+')}$`),
    }));
    expect(forms.length).toBeGreaterThan(10);
    const missing = forms.filter(({ form }) => !points.some((point) => form.test(point))).map(({ name }) => name);
    expect(missing).toEqual([]);
    expect(points.filter((point) => !forms.some(({ form }) => form.test(point)))).toEqual([]);
  });

  test('has every service’s commits, and what each of them says and hears', () => {
    for (const service of serviceNames) expect(points).toContain(`${service}.before-commit`);
    expect(points).toEqual(expect.arrayContaining(['identity.after-publish', 'catalog.before-acknowledge']));
    expect(points).not.toContain('wallet.before-publish');
    expect(points).not.toContain('identity.before-acknowledge');
  });

  test('has every call between services', async () => {
    const tried = new Set(points.flatMap((point) => /call\.(\w+)$/.exec(point)?.[1] ?? []));
    const names = new Map(services.flatMap(({ name }) => Object.entries(runtimeOperations(name))).map(nameOfKey));
    const inCode = [...(await callsInCode())].filter((name) => name !== 'operation');
    const isTried = (name: string) => tried.has(name) || [...tried].some((operation) => names.get(operation) === name);
    expect(inCode.length).toBeGreaterThan(10);
    const untried = inCode.filter((name) => !isTried(name)).sort();
    expect(untried).toEqual([...asksAboutParked, ...looks, ...handedOn].sort());
  });

  test('has a case for each point once', () => {
    expect(new Set(points).size).toBe(points.length);
    const inProcess = deathsInProcess.map(({ point }) => point);
    expect(new Set(inProcess).size).toBe(inProcess.length);
    expect(inProcess.filter((point) => !points.includes(point))).toEqual([]);
  });
});

function nameOfKey([key, { name }]: [string, { name: string }]): [string, string] {
  return [name, key];
}
