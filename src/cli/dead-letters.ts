import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import {
  type DiscardRun,
  discardDeadLetter,
  discardDeadLetters,
  listDeadLetters,
  type RetryRun,
  retryDeadLetter,
  retryDeadLetters,
  showDeadLetter,
} from '#contracts/http/gateway.ts';
import { type DeadLetter, deadLetterStatuses, type ShownDeadLetter } from '#contracts/http/runtime.ts';
import type { Operation } from '#contracts/operation.ts';
import type { Client, Reply } from '#runtime/http/client.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import { parseDuration } from '#runtime/settings/settings.ts';
import { discardRunText, lettersText, letterText, printable, retryRunText } from './dead-letter-text.ts';
import { asOperator, type OperatorOptions, operatorOptions, problemText } from './operator.ts';

interface Output {
  readonly json?: boolean;
}

interface Filter {
  readonly service?: string;
  readonly type?: string;
  readonly key?: string;
  readonly olderThan?: number;
}

const jsonOption = new Option('--json', 'print JSON');
const filterOptions = [
  new Option('--service <name>', 'whose they are: the service that was to hear them'),
  new Option('--type <type>', 'of this message, for instance ordering.order-paid'),
  new Option('--key <key>', 'of this subject, for instance an order: ord_0199…'),
  new Option('--older-than <duration>', 'set aside longer ago than 90s, 10m, 2h, 1d').argParser(seconds),
];
const manyOptions = [
  new Option('--status <status>', 'of this status').choices(['PARKED', 'RETRYING']).default(undefined, 'PARKED'),
  new Option('--all', 'all of them, without another filter'),
  new Option('--dry-run', 'only say which'),
];
const idsArgument = (flags: string): Argument => new Argument(flags, 'dlt_…, as list shows them');

const listCommand = subcommand('list')
  .description('List those that wait for something, newest first.')
  .addOption(new Option('--status <status>', 'only of this status, settled ones too').choices([...deadLetterStatuses]))
  .option('--all', 'settled ones too')
  .addOption(new Option('--limit <count>', 'so many of them, at most 100').argParser(number).default(20))
  .option('--cursor <cursor>', 'go on where a list ended')
  .action(
    async (own: Filter & Output & { status?: DeadLetter['status']; all?: boolean; limit: number; cursor?: string }) => {
      const { status, all, limit, cursor } = own;
      const pending = !all && status === undefined;
      const query = { ...queryOf(own), ...(status && { status }), ...(pending && { settled: false }), limit };
      const page = await ask<{ data: DeadLetter[]; nextCursor: string | null }>(own, listDeadLetters, {
        query: { ...query, ...(cursor && { cursor }) },
      });
      if (own.json) return print(page);
      if (page.data.length === 0) return void process.stdout.write('no dead letters\n');
      process.stdout.write(lettersText(page.data, columns(), systemClock.now()));
      if (page.nextCursor !== null) process.stdout.write(`\nmore: --cursor ${page.nextCursor}\n`);
    },
  );

const showCommand = subcommand('show')
  .description('Show one: its message, its error, what it waits for and what waits for it.')
  .addArgument(idsArgument('<id>'))
  .action(async (id: string, own: Output) => {
    const letter = await ask<ShownDeadLetter>(own, showDeadLetter, { params: { id } });
    if (own.json) print(letter);
    else process.stdout.write(letterText(letter, systemClock.now()));
  });

const retryCommand = subcommand('retry')
  .description('Try again: these, or all that a filter chooses. What waits behind them follows.')
  .addArgument(idsArgument('[ids...]'))
  .addOption(new Option('--rate <perSecond>', 'spread over time: so many a second').argParser(number))
  .option('--reason <text>', 'for the audit trail')
  .action(async (ids: string[], own: Filter & Output & RetryOptions, command: Command) => {
    const { rate, reason } = own;
    const filter = filterIn(ids, own, command);
    if (!filter) return actOnEach(ids, own, retryDeadLetter, reason ? { reason } : {});
    const body = { ...filter, ...(rate && { ratePerSecond: rate }), ...(reason && { reason }) };
    const run = await ask<RetryRun>(own, retryDeadLetters, { body });
    if (own.json) print(run);
    else process.stdout.write(retryRunText(run, systemClock.now()));
  });

interface ManyOptions {
  readonly status?: 'PARKED' | 'RETRYING';
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

interface RetryOptions extends ManyOptions {
  readonly rate?: number;
  readonly reason?: string;
}

const discardCommand = subcommand('discard')
  .description('Give up: these, or all that a filter chooses, have no effect. What waits behind them goes on.')
  .addArgument(idsArgument('[ids...]'))
  .requiredOption('--reason <text>', 'for the audit trail')
  .action(async (ids: string[], own: Filter & Output & ManyOptions & { reason: string }, command: Command) => {
    const { reason } = own;
    const filter = filterIn(ids, own, command);
    if (!filter) return actOnEach(ids, own, discardDeadLetter, { reason });
    const run = await ask<DiscardRun>(own, discardDeadLetters, { body: { ...filter, reason } });
    if (own.json) print(run);
    else process.stdout.write(discardRunText(run));
  });

for (const one of [retryCommand, discardCommand]) for (const option of manyOptions) one.addOption(option);
for (const one of [listCommand, retryCommand, discardCommand])
  for (const option of filterOptions) one.addOption(option);
for (const one of [listCommand, showCommand, retryCommand, discardCommand]) {
  for (const option of [jsonOption, ...operatorOptions]) one.addOption(option);
}

export const deadLettersCommand = new Command('dead-letters')
  .description('List, show, retry and discard the messages that could not be handled.')
  .addCommand(listCommand, { isDefault: true })
  .addCommand(showCommand)
  .addCommand(retryCommand)
  .addCommand(discardCommand)
  .addHelpText(
    'after',
    `
Examples:
  suanpan dead-letters                                       what waits for something
  suanpan dead-letters list --key ord_0199…                  what is held up of one order
  suanpan dead-letters show dlt_0199…                        why, and what waits behind it
  suanpan dead-letters retry dlt_0199… --reason "mended"
  suanpan dead-letters retry --service inventory --dry-run   how many would that be?
  suanpan dead-letters retry --service inventory --rate 20   20 a second
  suanpan dead-letters discard dlt_0199… --reason "a test order"
  suanpan dead-letters discard --key ord_0199… --reason "a test order"

Exits with 1 where something was refused or not found.`,
  );

function subcommand(name: string): Command {
  return new Command(name).showHelpAfterError('(--help says more)');
}

/** One request as the operator; a problem is thrown. */
async function ask<Body>(own: object, operation: Operation, input: object): Promise<Body> {
  return asOperator(own as OperatorOptions, async (client, token) => {
    const reply = await request(client, token, operation, input);
    if (!reply.isDone) throw new Error(reply.text);
    return reply.body as Body;
  });
}

/** Goes on after a refusal, so that one of many does not stand in the way of the others. */
async function actOnEach(ids: readonly string[], own: Output, operation: Operation, body: object): Promise<void> {
  const letters: DeadLetter[] = [];
  await asOperator(own as unknown as OperatorOptions, async (client, token) => {
    for (const id of ids) {
      const reply = await request(client, token, operation, { params: { id }, body });
      if (reply.isDone) letters.push(reply.body as DeadLetter);
      else {
        process.stderr.write(`${printable(id)}  ${reply.text}\n`);
        process.exitCode = 1;
      }
      if (reply.isDone && !own.json) process.stdout.write(`${id}  ${(reply.body as DeadLetter).status}\n`);
    }
  });
  if (own.json) print(letters);
}

async function request(client: Client, token: string, operation: Operation, input: object) {
  const reply = (await client.request(operation, input, { token })) as Reply<Operation>;
  const isDone = reply.status in operation.answers;
  return { isDone, body: reply.body as unknown, text: isDone ? '' : problemText(reply.body) };
}

/** What is chosen by a filter; undefined where letters are named by their ids. */
function filterIn(ids: readonly string[], own: Filter & ManyOptions & { readonly rate?: number }, command: Command) {
  const { status, dryRun, rate } = own;
  const chosen = { ...queryOf(own), ...(status && { status }) };
  const isFiltered = own.all || Object.keys(chosen).length > 0;
  if (ids.length > 0 && (isFiltered || dryRun || rate !== undefined))
    command.error('error: name letters by their ids, or choose them by a filter, not both');
  if (ids.length > 0) return undefined;
  if (!isFiltered)
    command.error('error: which? Name ids, or a filter (--service, --type, --key, --older-than, --status, --all)');
  return { ...chosen, ...(dryRun && { dryRun }) };
}

function queryOf({ service, type, key, olderThan }: Filter) {
  return {
    ...(service && { service }),
    ...(type && { type }),
    ...(key && { key }),
    ...(olderThan !== undefined && { olderThanSeconds: olderThan }),
  };
}

function seconds(text: string): number {
  try {
    return Math.ceil(parseDuration(text) / 1000);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number');
  return value;
}

function columns(): number {
  return Math.max(80, process.stdout.columns ?? 120);
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
