import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { deadLettersCommand } from '../../src/cli/dead-letters.ts';
import type { DeadLetter } from '../../src/contracts/http/runtime.ts';
import { auditOf } from '../proof/audits.ts';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { uniqueName } from '../support/postgres.ts';
import { until } from '../support/trade.ts';

/** `suanpan dead-letters` as an operator types it, against a platform that runs. */

const entry = fileURLToPath(new URL('../../bin/suanpan.mjs', import.meta.url));
const unknown = 'dlt_00000000-0000-7000-8000-000000000000';
let shop: TestPlatform;

beforeAll(async () => {
  shop = await startTestPlatform();
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

interface Said {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

/** The command in this process: a process for each would be most of the work. What it throws, the program prints. */
async function suanpan(...args: string[]): Promise<Said> {
  const said = { code: 0 as Said['code'], out: '', err: '' };
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said.out += String(text);
    return true;
  });
  const err = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.err += String(text);
    return true;
  });
  for (const command of [deadLettersCommand, ...deadLettersCommand.commands]) command.exitOverride();
  process.exitCode = 0;
  try {
    await deadLettersCommand.parseAsync(args.length === 0 ? ['list', '--url', shop.url] : withUrl(args), {
      from: 'user',
    });
    said.code = process.exitCode;
  } catch (error) {
    said.code = error instanceof CommanderError ? error.exitCode : 1;
    if (!(error instanceof CommanderError)) said.err += error instanceof Error ? error.message : String(error);
  } finally {
    process.exitCode = 0;
    out.mockRestore();
    err.mockRestore();
  }
  return said;
}

function withUrl(args: readonly string[]): string[] {
  return args.includes('--url') || args.includes('--help') ? [...args] : [...args, '--url', shop.url];
}

/** Messages that nobody has a handler for, one of each of these subjects, set aside an hour ago. */
async function park(type: string, keys: readonly string[]): Promise<string[]> {
  const rows = await shop.sql<{ id: string }>(
    'notification',
    `insert into dead_letters (id, source, position, type, version, key, said_at, traceparent, cause, data, status, attempts, error, set_aside_at)
     select 'dlt_' || gen_random_uuid(), 'ordering', 1000000 + floor(random() * 1000000000), $1, 1, key, now(), '', 'test', '{"a": 1}',
       'PARKED', 8, 'planted', now() - interval '1 hour'
     from unnest($2::text[]) as key returning id`,
    [type, keys],
  );
  return rows.map(({ id }) => id);
}

const statusesOf = async (type: string): Promise<string[]> => {
  const rows = await shop.sql<{ status: string }>('notification', 'select status from dead_letters where type = $1', [
    type,
  ]);
  return rows.map(({ status }) => status);
};

describe('suanpan dead-letters', () => {
  test('lists what waits, shows one, tries it again, and gives it up', async () => {
    const type = uniqueName('ordering.tea-');
    expect(await suanpan()).toMatchObject({ code: 0, out: 'no dead letters\n' });
    const [id = ''] = await park(type, ['ord_1']);
    const listed = await suanpan();
    expect(listed).toMatchObject({ code: 0, err: '' });
    expect(listed.out).toContain(`${id}  PARKED      60m  ${type}\n  notification  ord_1`);

    const shown = await suanpan('show', id);
    expect(shown.out).toContain(`${id}  PARKED\n  heard by      notification\n`);
    const json = JSON.parse((await suanpan('show', id, '--json')).out) as DeadLetter;
    expect(json).toMatchObject({
      id,
      status: 'PARKED',
      error: 'planted',
      message: { type, key: 'ord_1', data: { a: 1 } },
    });

    expect(await suanpan('retry', id, '--reason', 'mended')).toEqual({ code: 0, out: `${id}  RETRYING\n`, err: '' });
    // Nobody can handle it: it is parked again. One of two cannot be given up, for there is no such letter; the other is.
    await expect.poll(() => statusesOf(type)).toEqual(['PARKED']);
    const discarded = await suanpan('discard', unknown, id, '--reason', 'of no use', '--json');
    expect(discarded).toMatchObject({ code: 1, err: `${unknown}  Not found: There is no such dead letter.\n` });
    expect(JSON.parse(discarded.out)).toMatchObject([{ id, status: 'DISCARDED', settledReason: 'of no use' }]);
    expect((await suanpan('list', '--all', '--type', type)).out).toContain(`${id}  DISCARDED`);
    const trail = await shop.sql(
      'notification',
      'select action, reason from admin_trail where object = $1 order by id',
      [id],
    );
    expect(trail).toEqual([
      { action: 'dead-letter.retry', reason: 'mended' },
      { action: 'dead-letter.discard', reason: 'of no use' },
    ]);
  });

  test('counts what a filter chooses before it tries it again, at a rate', async () => {
    const type = uniqueName('ordering.cup-');
    await park(type, ['ord_2', 'ord_3', 'ord_4']);
    const filter = ['retry', '--service', 'notification', '--type', type, '--older-than', '30m', '--rate', '0.01'];
    const dry = await suanpan(...filter, '--dry-run');
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out).toBe(
      `LETTERS  HEARD BY      MESSAGE\n      3  notification  ${type}\n\n3 letters would be tried again, the last one in 3m; without --dry-run they are\n`,
    );
    expect(await statusesOf(type)).toEqual(['PARKED', 'PARKED', 'PARKED']);
    expect((await suanpan(...filter, '--reason', 'mended')).out).toContain('3 letters made due, the last one in 3m\n');
    const left = await suanpan('list', '--status', 'RETRYING', '--type', type, '--limit', '1');
    expect(left.out).toMatch(/\nmore: --cursor \S+\n$/);
    const cursor = /--cursor (\S+)/.exec(left.out)?.[1] ?? '';
    const rest = await suanpan('list', '--status', 'RETRYING', '--type', type, '--cursor', cursor, '--json');
    expect((JSON.parse(rest.out) as { data: DeadLetter[] }).data.length).toBeGreaterThan(0);
  });

  test('counts what a filter chooses before it gives it up, with a reason', async () => {
    const type = uniqueName('ordering.pot-');
    await park(type, ['ord_5', 'ord_6']);
    const filter = ['discard', '--type', type, '--reason', 'test orders'];
    expect((await suanpan(...filter, '--dry-run')).out).toBe(
      `LETTERS  HEARD BY      MESSAGE\n      2  notification  ${type}\n\n2 letters would be discarded; without --dry-run they are\n`,
    );
    expect(await statusesOf(type)).toEqual(['PARKED', 'PARKED']);
    expect(await suanpan(...filter, '--key', 'ord_5')).toMatchObject({ code: 0 });
    expect((await statusesOf(type)).toSorted()).toEqual(['DISCARDED', 'PARKED']);
    const done = await suanpan(...filter, '--json');
    expect(JSON.parse(done.out)).toMatchObject({
      dryRun: false,
      count: 1,
      groups: [{ service: 'notification', type }],
    });
    expect((await suanpan(...filter)).out).toBe('0 letters discarded\n');
    const trail = `select actor, reason from admin_trail where action = 'dead-letters.discard' and reason = 'test orders'`;
    expect(await shop.sql('notification', trail)).toHaveLength(2);
  });

  test('shows what a broker brought and is no message; it is parked again when retried, and is given up', async () => {
    const bytes = Buffer.from('<order>\u001b[2J');
    await shop.platform.host.nodes.get('wallet')?.inbox.parkUnreadable(bytes, 'text/xml', 'it is not JSON');
    const listed = JSON.parse((await suanpan('list', '--service', 'wallet', '--json')).out) as { data: DeadLetter[] };
    const [{ id }] = listed.data as [DeadLetter];
    expect(listed.data).toMatchObject([
      { status: 'PARKED', error: 'it is not JSON', message: { source: 'unreadable', type: 'text/xml' } },
    ]);
    const { out } = await suanpan('show', id);
    expect(out).toContain(`"base64": "${bytes.toString('base64')}"`);
    expect(out).toContain('"<order>\\u001b[2J"\n');
    const { violations } = await auditOf(shop);
    expect(violations.map(({ detail }) => detail)).toContain(
      `wallet has parked bytes that are no message as ${id}: it is not JSON`,
    );
    expect(await suanpan('retry', id)).toMatchObject({ code: 0 });
    await until(
      async () => JSON.parse((await suanpan('show', id, '--json')).out) as DeadLetter,
      ({ status }) => status === 'PARKED',
    );
    expect((await suanpan('discard', id, '--reason', 'not ours')).out).toBe(`${id}  DISCARDED\n`);
  });

  test.each([
    [['retry'], 'which? Name ids, or a filter'],
    [['discard', '--reason', 'seen'], 'which? Name ids, or a filter'],
    [['discard', '--all'], "required option '--reason <text>' not specified"],
    [
      ['discard', unknown, '--key', 'ord_1', '--reason', 'seen'],
      'name letters by their ids, or choose them by a filter',
    ],
    [['retry', unknown, '--all'], 'name letters by their ids, or choose them by a filter, not both'],
    [['retry', '--older-than', 'tea'], 'expected a duration such as 250ms'],
    [['retry', '--status', 'HELD'], 'Allowed choices are PARKED, RETRYING'],
    [['discard', unknown], "required option '--reason <text>' not specified"],
    [['show', unknown], 'Not found: There is no such dead letter.'],
    [['list', '--service', 'tea'], '/query/service is one of'],
    [['list', '--limit', '1000'], '/query/limit'],
    [['list', '--password', 'wrong'], 'cannot log in'],
    [['list', '--url', 'http://localhost:1'], 'no platform answers at http://localhost:1'],
  ])('%j is refused with what is wrong', async (args, complaint) => {
    const said = await suanpan(...args);
    expect(said).toMatchObject({ code: 1, out: '' });
    expect(said.err).toContain(complaint);
  });

  test('explains itself with examples', async () => {
    const { code, out } = await suanpan('--help');
    expect(code).toBe(0);
    for (const word of ['list', 'show', 'retry', 'discard', '--dry-run', '--rate 20', 'Exits with 1'])
      expect(out).toContain(word);
  });

  test('is a part of the program, which ends with 1 where there is something wrong', async () => {
    const { PATH, HOME } = process.env;
    const run = (...args: string[]): Promise<Said> =>
      new Promise((resolve) => {
        const env = { PATH, HOME, SUANPAN_URL: shop.url };
        execFile(process.execPath, [entry, 'dead-letters', ...args], { env }, (error, out, err) =>
          resolve({ code: error?.code ?? 0, out, err }),
        );
      });
    const [listed, missed] = await Promise.all([run('list', '--service', 'wallet'), run('show', unknown)]);
    expect(listed).toEqual({ code: 0, out: 'no dead letters\n', err: '' });
    expect(missed).toEqual({ code: 1, out: '', err: 'suanpan: Not found: There is no such dead letter.\n' });
  });
});
