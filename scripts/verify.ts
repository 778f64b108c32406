/**
 * Everything that must hold before a change goes in: `npm test`, or the part that needs no database: `npm run check`.
 * The last line is `N passed, N failed, N skipped`; with CI set, something skipped is something failed.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startVitest, type TestCase, type TestModule } from 'vitest/node';
import { obtainChromium, obtainDebianPostgres, obtainRabbitmq } from './requirements.ts';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** Two cores: the type checker takes one of them for as long as all the others together. */
const lanes: readonly (readonly Check[])[] = [
  [
    { name: 'types', command: ['tsc', '--noEmit'] },
    { name: 'types of the storefront', command: ['tsc', '--noEmit', '-p', 'web/storefront'] },
    { name: 'types of the console', command: ['tsc', '--noEmit', '-p', 'web/console'] },
  ],
  [
    { name: 'lint and format', command: ['biome', 'check', '--error-on-warnings', '.'] },
    { name: 'unused code', command: ['knip'] },
  ],
];

async function main(mode: string | undefined): Promise<void> {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  const [hasRabbitmq] = await Promise.all([
    mode === 'check' ? false : obtainPrograms(),
    ...(mode === 'long' ? [] : lanes.map((lane) => runLane(lane, tally))),
  ]);
  await runTests(projectsOf(mode, hasRabbitmq, tally), tally);

  const wrong = tally.failed > 0 || (isSet(process.env.CI) && tally.skipped > 0);
  if (tally.failed === 0 && wrong) process.stdout.write('With CI set, a skip is a failure.\n');
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped\n`);
  process.exit(wrong ? 1 : 0);
}

function projectsOf(mode: string | undefined, hasRabbitmq: boolean, tally: Tally): string[] {
  if (mode === 'long') return ['long'];
  if (mode === 'check') return ['architecture'];
  if (hasRabbitmq) return ['architecture', 'platform', 'browser', 'flows, *'];
  process.stdout.write(' skipped: the flows over RabbitMQ, as there is none here\n');
  tally.skipped += 1;
  return ['architecture', 'platform', 'browser'];
}

/**
 * One after the other: apt does one thing at a time. What cannot be had makes the tests that need it skip themselves. Resolves
 * with whether there is a RabbitMQ.
 */
async function obtainPrograms(): Promise<boolean> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  await obtainDebianPostgres(say);
  await obtainChromium(say);
  return (await obtainRabbitmq(say)) !== undefined || isSet(process.env.TEST_AMQP_URL);
}

async function runLane(lane: readonly Check[], tally: Tally): Promise<void> {
  for (const check of lane) {
    const startedMs = performance.now();
    const { code, output } = await run(check.command);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    process.stdout.write(`${code === 0 ? ' ✓' : ' ✗'} ${check.name} (${seconds} s)\n`);
    if (code === 0) tally.passed += 1;
    else {
      tally.failed += 1;
      process.stdout.write(`${output}\n`);
    }
  }
}

function run([program, ...args]: Check['command']): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(`${root}node_modules/.bin/${program}`, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

async function runTests(projects: string[], tally: Tally): Promise<void> {
  const vitest = await startVitest('test', [], { root, run: true, watch: false, project: projects });
  const skipped: string[] = [];
  const failed: TestModule[] = [];
  for (const module of vitest.state.getTestModules()) {
    if (module.state() === 'failed') failed.push(module);
    else for (const test of module.children.allTests()) count(test, tally, skipped);
  }
  const unhandled = vitest.state.getUnhandledErrors().length;
  tally.failed += unhandled;
  await vitest.close();
  const mayStumble =
    unhandled === 0 &&
    failed.length <= stumblesMax &&
    failed.every(({ relativeModuleId }) => mayStumbleAt.test(relativeModuleId));
  for (const module of failed) {
    if (mayStumble && (await passesAlone(module))) tally.passed += [...module.children.allTests()].length;
    else countFailed(module, tally, skipped);
  }
  for (const name of skipped) process.stdout.write(` skipped: ${name}\n`);
}

/**
 * With everything else beside it on two cores, a test of people and programs at work may run out of patience: its file is run once
 * more by itself. What passes then is named all the same, and is to be looked into (CONTRIBUTING.md, "Tests that stumble"). More
 * than these are no accident; and what proofs, properties and rules find is a finding, also where chance does not find it again.
 */
const stumblesMax = 2;
const mayStumbleAt = /^tests\/(flows|browser|cli)\//;

async function passesAlone(module: TestModule): Promise<boolean> {
  const { relativeModuleId: file, project } = module;
  process.stdout.write(`Once more, by itself: ${file} (${project.name})\n`);
  const { code, output } = await run(['vitest', 'run', '--project', project.name, file]);
  process.stdout.write(code === 0 ? ` stumbled: ${file} (${project.name}), passes by itself\n` : `${output}\n`);
  return code === 0;
}

function countFailed(module: TestModule, tally: Tally, skipped: string[]): void {
  const tests = [...module.children.allTests()];
  for (const test of tests) count(test, tally, skipped);
  // A file that cannot be loaded, or whose hooks fail, has no test that says so.
  if (tests.every((test) => test.result().state !== 'failed')) tally.failed += 1;
}

function count(test: TestCase, tally: Tally, skipped: string[]): void {
  const { state } = test.result();
  if (state === 'passed') tally.passed += 1;
  else if (state === 'failed') tally.failed += 1;
  else {
    tally.skipped += 1;
    skipped.push(`${test.module.relativeModuleId} > ${test.fullName}`);
  }
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}

await main(process.argv[2]);
