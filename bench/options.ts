import { parseArgs } from 'node:util';
import { type Scenario, scenarios } from './load/protocol.ts';

export const arrangements = ['one-process', 'rabbitmq', 'split'] as const;
export type Arrangement = (typeof arrangements)[number];

export interface Options {
  readonly quick: boolean;
  /** All that the bench has, as it is by default: a result to keep. */
  readonly full: boolean;
  /** What is run in which arrangement, each in the order of a round. */
  readonly plan: readonly { readonly arrangement: Arrangement; readonly scenarios: readonly Scenario[] }[];
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly connections: number;
  readonly users: number;
  readonly skus: number;
  readonly dataDir: string | undefined;
}

/** Told to whoever calls the bench in a way that it does not know. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const said: Readonly<Record<Scenario, string>> = {
  spread: 'orders of two lines over all SKUs, then paid',
  hot: 'the same, and all orders take the same two SKUs (brings spread)',
  cancel: 'ordered, then cancelled',
  browse: 'nine calls of ten read the shop or own orders, one buys',
  flash: '2,000 buyers at once for 100 items',
  one: 'one connection that only orders',
  open: 'a steady arrival of half as many orders as spread came to (brings spread)',
  callbacks: '500 calls a second of a provider, each about a payment of its own',
};

export const help = `How many orders a second go from POST /v1/orders to CONFIRMED, beside two yardsticks on the same PostgreSQL.

npm run bench -- [options]

  --quick               a round of 5 s of spread and flash in one process: within two minutes
  --scenario <names>    by commas or repeated; by default all in one process, spread in the other arrangements
${scenarios.map((name) => `      ${name.padEnd(12)}      ${said[name]}`).join('\n')}
  --arrangement <names> by commas or repeated: ${arrangements.join(', ')}; all by default
  --rounds <n>          default 3: each measures everything once, the yardsticks in turns with it
  --seconds <n>         default 15: of each measurement
  --connections <n>     default 256
  --users <n>           default 2000
  --data-dir <folder>   default .data: where the temporary store is made, the disk that is measured
  --help                this

The result is in bench/results/: full.* of a run without options, last.* of any other.
`;

/** @throws UsageError with what was expected */
export function readOptions(args: readonly string[]): Options | 'help' {
  const given = parse(args);
  if (given.help) return 'help';
  const quick = given.quick ?? false;
  const chosen = listOf('scenario', given.scenario, scenarios);
  const within = listOf('arrangement', given.arrangement, arrangements);
  const plan = (within ?? (quick ? ['one-process'] : arrangements)).map((arrangement) => ({
    arrangement,
    scenarios: inOrder(chosen ?? defaults(arrangement, quick)),
  }));
  return {
    quick,
    full: Object.keys(given).every((name) => name === 'data-dir'),
    plan,
    rounds: wholeNumber('rounds', given.rounds, quick ? 1 : 3, 100),
    seconds: wholeNumber('seconds', given.seconds, quick ? 5 : 15, 300),
    // After four seconds an order costs an eighth more than after sixteen: V8 compiles, PostgreSQL touches its buffers.
    warmUpSeconds: quick ? 3 : 20,
    connections: wholeNumber('connections', given.connections, 256, 2_000),
    users: wholeNumber('users', given.users, quick ? 500 : 2_000, 100_000),
    skus: 10_000,
    dataDir: given['data-dir'],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        scenario: { type: 'string', multiple: true },
        arrangement: { type: 'string', multiple: true },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        connections: { type: 'string' },
        users: { type: 'string' },
        'data-dir': { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function defaults(arrangement: Arrangement, quick: boolean): readonly Scenario[] {
  if (quick) return ['spread', 'flash'];
  if (arrangement === 'one-process') return scenarios;
  return arrangement === 'rabbitmq' ? ['spread', 'callbacks'] : ['spread'];
}

/** `hot` is compared with `spread`, and `open` is told its rate by it. */
function inOrder(chosen: readonly Scenario[]): Scenario[] {
  const needsSpread = chosen.includes('hot') || chosen.includes('open');
  return scenarios.filter((name) => chosen.includes(name) || (name === 'spread' && needsSpread));
}

function listOf<Name extends string>(option: string, given: readonly string[] | undefined, known: readonly Name[]) {
  const names = given?.flatMap((list) => list.split(',')).map((name) => name.trim());
  for (const name of names ?? []) {
    if (!(known as readonly string[]).includes(name))
      throw new UsageError(`--${option} ${name}: expected of ${known.join(', ')}`);
  }
  return names && known.filter((name) => names.includes(name));
}

function wholeNumber(option: string, given: string | undefined, otherwise: number, most: number): number {
  if (given === undefined) return otherwise;
  const value = Number(given);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new UsageError(`--${option} ${given}: expected a whole number from 1 to ${most}`);
}
