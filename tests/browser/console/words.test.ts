import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { allSettings } from '../../../src/cli/settings.ts';
import { invariants } from '../../../src/contracts/audit.ts';
import { ShipmentStatus } from '../../../src/contracts/http/fulfillment.ts';
import { caseKinds } from '../../../src/contracts/http/operator.ts';
import { OrderStatus } from '../../../src/contracts/http/ordering.ts';
import { RefundStatus } from '../../../src/contracts/http/refunds.ts';
import { deadLetterStatuses } from '../../../src/contracts/http/runtime.ts';
import { actionNames } from '../../../src/contracts/http/runtime-insight.ts';
import { textOf } from '../../../web/console/parts/settingHelp.ts';
import { wordTexts } from '../../../web/console/texts/en-words.ts';
import { settingTexts as simplified } from '../../../web/console/texts/zh-CN-settings.ts';
import { settingTexts as traditional } from '../../../web/console/texts/zh-TW-settings.ts';

const messages = new URL('../../../src/contracts/messages/', import.meta.url);

/** `ordering/order-paid.v1.ts` is called OrderPaid. */
function messageNames(): string[] {
  const files = readdirSync(messages, { recursive: true, encoding: 'utf8' }).filter((path) => /\.v\d+\.ts$/.test(path));
  return files.map((path) => {
    const name = path.replace(/^.*\//, '').replace(/\.v\d+\.ts$/, '');
    return name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
  });
}

/** The compiler sees to it that all languages have the same words; here, that there is one for every code of the contracts. */
describe('the console has words for', () => {
  const codes: Readonly<Record<string, readonly [keyof typeof wordTexts, readonly string[]]>> = {
    'states of orders': ['status', OrderStatus.enum],
    'states of shipments': ['status', ShipmentStatus.enum],
    'states of dead letters': ['status', deadLetterStatuses],
    'states of refunds': ['refundStatus', RefundStatus.enum],
    'entries of a case': ['record', caseKinds],
    'acts on an order': ['action', actionNames],
    'why an act is refused': ['actionRefused', actionNames],
    invariants: ['invariant', invariants],
    messages: ['message', messageNames()],
  };
  test.each(Object.entries(codes))('%s', (_, [group, expected]) => {
    expect(expected.filter((code) => !(code in wordTexts[group]))).toEqual([]);
  });
});

describe('what settings mean is said in', () => {
  test.each([
    ['zh-CN', simplified],
    ['zh-TW', traditional],
  ])('%s, of each one that there is and of no other', (_, texts) => {
    const names = allSettings().map(({ name }) => name);
    expect(names.filter((name) => textOf(texts, name, (_group, code) => code) === undefined)).toEqual([]);
    const general = ['SERVICE_DATABASE_URL', 'SERVICE_URL'];
    expect(Object.keys(texts).filter((name) => !names.includes(name) && !general.includes(name))).toEqual([]);
  });
});

/** `trail: { action: 'refund.retried', …`, wherever it stands in the services and the runtime. */
function trailActions(): string[] {
  const src = new URL('../../../src/', import.meta.url);
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => /(?<!test)\.ts$/.test(path));
  const said = files.flatMap((path) => {
    const text = readFileSync(new URL(path, src), 'utf8');
    const acts = [...text.matchAll(/trail(?: =|:) \{ action: ([^,]+),|trail: trail\(([^,]+),/g)];
    return acts.flatMap(([found]) => [...found.matchAll(/'([^']+)'/g)].map(([, action = '']) => action));
  });
  return [...new Set(said)].sort();
}

test('acts on the audit trail have words', () => {
  const actions = trailActions();
  expect(actions.length).toBeGreaterThan(15);
  expect(actions.filter((action) => !(action in wordTexts.act))).toEqual([]);
});
