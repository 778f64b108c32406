import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeWechatKeys, type WechatKeys } from '../../../../../simulators/wechat/keys.ts';
import type { Bill, BillLine } from '../provider.ts';
import { readBill } from './bill.ts';
import { type WechatScene, wechatScene } from './testing/scene.ts';

const day = '2026-11-18';
const merchant = '1900000109';
const names =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const sums = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';

interface Cells {
  readonly at?: string;
  readonly state?: string;
  readonly total?: string;
  readonly back?: string;
  readonly refundState?: string;
  readonly fee?: string;
  readonly what?: string;
  readonly merchantId?: string;
}

/** A line as WeChat Pay writes it; a payment of ten yuan unless told otherwise. */
function line(cells: Cells = {}): string {
  const { at = `${day} 09:30:00`, state = 'SUCCESS', total = '10.00', back = '0.00', refundState = '' } = cells;
  const { fee = '0.06000', what = 'tea', merchantId = merchant } = cells;
  const refund =
    state === 'SUCCESS' ? ['0', '0', '0.00', '0.00', '', ''] : ['503', 'r0f1', back, '0.00', 'ORIGINAL', refundState];
  const values = [
    ...[at, 'wxd678efh567hg6787', merchantId, '0', '', '4200001', 'a0t1', 'oUpF8', 'NATIVE', state, 'OTHERS', 'CNY'],
    ...[total, '0.00', ...refund, what, '', fee, '0.60%', total, back, ''],
  ];
  return values.map((value) => `\`${value}`).join(',');
}

function bill(lines: readonly string[], count = `${lines.length}.0`): Buffer {
  const last = [count, '10.00', '0.00', '0.00', '0.06000', '10.00', '0.00'].map((value) => `\`${value}`).join(',');
  return Buffer.from(`\ufeff${[names, ...lines, sums, last].join('\r\n')}\r\n`);
}

async function linesOf(given: Bill): Promise<BillLine[]> {
  const read: BillLine[] = [];
  for await (const part of given.lines) read.push(part);
  return read;
}
const read = (bytes: Uint8Array) => linesOf(readBill(day, bytes, merchant));

describe('a trade bill', () => {
  test.each([
    ['plain', (bytes: Buffer) => bytes],
    ['packed', (bytes: Buffer) => gzipSync(bytes)],
    ['without its mark of UTF-8', (bytes: Buffer) => bytes.subarray(3)],
    ['with the line ends of Unix', (bytes: Buffer) => Buffer.from(bytes.toString().replaceAll('\r', ''))],
  ])('%s is read', async (_how, form) => {
    expect(await read(form(bill([line()])))).toEqual([
      {
        ...{ kind: 'payment', number: 'a0t1', transaction: '4200001', amount: { amount: 1_000n, currency: 'CNY' } },
        ...{ fee: { amount: 6n, currency: 'CNY' }, at: Date.UTC(2026, 10, 18, 1, 30), raw: line() },
      },
    ]);
  });

  test('tells refunds by their own numbers, with what comes back of the fee', async () => {
    const refund = line({ state: 'REFUND', total: '0.00', back: '3.21', refundState: 'SUCCESS', fee: '-0.02000' });
    expect(await read(bill([refund]))).toMatchObject([
      { kind: 'refund', number: 'r0f1', transaction: '503', amount: { amount: 321n }, fee: { amount: -2n } },
    ]);
  });

  test.each([
    ['PROCESSING', 1],
    ['SUCCESS', 1],
    ['FAIL', 0],
    ['CHANGE', 0],
  ])('counts a refund that is %s %d times: what failed moved nothing', async (refundState, times) => {
    expect(await read(bill([line({ state: 'REFUND', refundState, back: '1.00' })]))).toHaveLength(times);
  });

  test.each([
    ['0.01', 1n],
    ['0.29', 29n],
    ['1.15', 115n],
    ['10', 1_000n],
    ['10.1', 1_010n],
    ['99999999999.99', 9_999_999_999_999n],
  ])('has %s yuan as %d fen', async (total, amount) => {
    expect(await read(bill([line({ total })]))).toMatchObject([{ amount: { amount } }]);
  });

  test.each(['tea, green', 'a,`b', 'a,`b,`c', '茶"', '`'])('may sell %j', async (what) => {
    expect(await read(bill([line({ what }), line()]))).toMatchObject([
      { fee: { amount: 6n } },
      { fee: { amount: 6n } },
    ]);
  });

  test.each<[string, Buffer, string]>([
    ['no bill', Buffer.from('hello'), 'not a trade bill'],
    ['nothing', Buffer.from(''), 'not a trade bill'],
    ['a bill that breaks off', bill([line(), line()]).subarray(0, -150), 'its sums are missing'],
    ['a bill whose line breaks off', bill([line()]).subarray(0, bill([]).indexOf('总交易单数') + 100), 'cells for'],
    ['a bill of which a line is missing', bill([line()], '2.0'), 'the bill says 2 and has 1'],
    ['a bill that says nothing of its lines', bill([line()], 'x'), 'the bill says nothing'],
    [
      'a bill that goes on after its end',
      Buffer.concat([bill([line()]), Buffer.from(line())]),
      'goes on after its sums',
    ],
    ['packed bytes that break off', gzipSync(bill([line()])).subarray(0, -9), 'cannot be unpacked'],
    ['little that unpacks to a line without an end', gzipSync(Buffer.alloc(5_000_000, 0x61)), 'a line without an end'],
    ['bytes that are no text', Buffer.concat([bill([]).subarray(0, 9), Buffer.from([0xff, 0xfe])]), 'not text'],
    ['another merchant’s bill', bill([line({ merchantId: '1900000999' })]), 'of another merchant'],
    ['another day’s bill', bill([line({ at: '2026-11-17 09:30:00' })]), 'of another day'],
    ['an amount with a comma', bill([line({ total: '1,000.00' })]), 'no amount'],
    ['an amount of part of a fen', bill([line({ total: '0.005' })]), 'no amount'],
    ['a state that is in no list', bill([line({ state: 'NOTPAY' })]), 'that is NOTPAY'],
    ['a time that is none', bill([line({ at: `${day} 25:61` })]), 'no time'],
  ])('is refused when it is %s', async (_what, bytes, why) => {
    const reading = read(bytes);
    await expect(reading).rejects.toMatchObject({ name: 'BillUnavailable', why: 'malformed' });
    await expect(reading).rejects.toThrow(why);
  });

  test('of a hundred thousand lines is read line by line', async () => {
    const { lines } = readBill(day, gzipSync(bill(Array.from({ length: 100_000 }, () => line()))), merchant);
    let count = 0;
    for await (const part of lines) {
      expect(part.kind).toBe('payment');
      count += 1;
      if (count === 3) break;
    }
    expect(count).toBe(3);
  });
});

describe('fetching a bill', () => {
  let keys: WechatKeys;
  let scene: WechatScene;
  beforeAll(async () => {
    [keys] = await Promise.all([makeWechatKeys(), import('wechatpay-axios-plugin')]);
  });
  beforeEach(async () => {
    scene = await wechatScene({ keys });
    const charge = {
      ...scene.charge,
      number: 'a0t1_Bill_1',
      reference: null,
      amount: { amount: 88n, currency: 'CNY' },
    };
    const times = { openedAt: scene.now(), expiresAt: scene.now() + 600_000 };
    await scene.provider.open({ ...charge, ...times, description: 'tea' }, asking());
    await scene.simulator.pay('a0t1_Bill_1');
  });
  afterEach(() => scene.stop());
  const asking = () => ({ deadline: scene.now() + 20_000 });
  const fetched = async () => linesOf(await scene.provider.fetchBill(day, asking()));

  test('before ten in the morning is too early, of a day with and one without payments', async () => {
    scene.move(20 * 3_600_000);
    await expect(fetched()).rejects.toMatchObject({ why: 'not yet' });
    await expect(scene.provider.fetchBill('2026-11-19', asking())).rejects.toMatchObject({ why: 'not yet' });
    scene.move(24 * 3_600_000);
    await expect(scene.provider.fetchBill('2026-11-19', asking())).rejects.toMatchObject({ why: 'not yet' });
  });

  test.each(['missing', 'twice', 'amount', 'fee', 'extra'] as const)('brings what is wrong in it: %s', async (kind) => {
    scene.wechat.control.plant({ kind, number: kind === 'extra' ? 'nobodys_1' : 'a0t1_Bill_1' });
    await scene.simulator.issueBill(day);
    const lines = await scene.provider.fetchBill(day, asking()).then(linesOf);
    const told = lines.map(({ number, amount, fee }) => `${number} ${amount.amount} ${fee.amount}`);
    expect(told).toEqual(
      {
        missing: [],
        twice: ['a0t1_Bill_1 88 1', 'a0t1_Bill_1 88 1'],
        amount: ['a0t1_Bill_1 89 1'],
        fee: ['a0t1_Bill_1 88 2'],
        extra: ['a0t1_Bill_1 88 1', 'nobodys_1 6666 40'],
      }[kind],
    );
  });

  test('that is another one than was announced brings nothing', async () => {
    await scene.simulator.issueBill(day);
    const { books } = scene.wechat;
    const [capture] = books.captures;
    const { requests } = scene.wechat.control;
    const push = requests.push.bind(requests);
    // Between the address and the file somebody puts another payment in.
    requests.push = (request) => {
      if (request.path.startsWith('/v3/billdownload') && capture) books.captures.push(capture);
      return push(request);
    };
    const refused = { why: 'malformed', message: expect.stringContaining('not the one that was announced') };
    await expect(fetched()).rejects.toMatchObject(refused);
  });

  test.each(['cut', 'error', 'unsigned', 'forged'] as const)(
    'says that it failed when the answer is: %s',
    async (how) => {
      await scene.simulator.issueBill(day);
      scene.wechat.control.failNext({ how, applied: true });
      await expect(fetched()).rejects.toMatchObject({ name: 'BillUnavailable', why: 'unavailable' });
      scene.wechat.control.failNext({ how: 'bad gateway', applied: false, path: '/v3/billdownload' });
      await expect(fetched()).rejects.toMatchObject({ why: 'unavailable' });
      expect(await fetched()).toHaveLength(1);
    },
  );

  test.each(['yesterday', '2026-11-18&bill_type=SUCCESS', ''])('of %j is nonsense', async (given) => {
    await expect(scene.provider.fetchBill(given, asking())).rejects.toThrow(RangeError);
  });
});
