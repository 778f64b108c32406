import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { money } from '#kernel/money.ts';
import { gbkOf } from '../../../../../simulators/alipay/gbk.ts';
import { dayOf } from '../../../../../simulators/alipay/wire-forms.ts';
import { zipOf } from '../../../../../simulators/alipay/zip.ts';
import type { Bill, BillLine } from '../provider.ts';
import { readBill } from './bill.ts';
import { type Stage, stage } from './testing/scene.ts';
import { entriesOf } from './zip.ts';

const day = '2026-11-19';
const columns =
  '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注';
const payment = (name = '茶', remark = '') =>
  `2026111922001\t,a0t1_1\t,交易\t,${name},2026-11-19 09:00:00,2026-11-19 09:00:30,\t,\t,\t,\t,*雷(han***@example.com)\t,12.34,12.34,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,\t,-0.07,0.00,${remark}`;
const refund =
  '2026111922001\t,a0t1_1\t,退款\t,茶,2026-11-19 09:00:00,2026-11-19 10:00:00,\t,\t,\t,\t,*雷(han***@example.com)\t,-5.00,-5.00,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,r0f1_1\t,0.03,0.00,';
const bar = '-----------------------------------------';

function details(
  lines: readonly string[],
  changes: { readonly payments?: number; readonly refunds?: number } = {},
): string {
  const refunds = lines.filter((line) => line.includes('退款')).length;
  return [
    '#支付宝业务明细查询',
    '#账号：[20880001234567890156]',
    '#起始日期：[2026年11月19日 00:00:00]   终止日期：[2026年11月20日 00:00:00]',
    `#${bar}业务明细列表${bar}`,
    columns,
    ...lines,
    `#${bar}业务明细列表结束${bar}`,
    `#交易合计：${changes.payments ?? lines.length - refunds}笔，商家实收共12.34元，商家优惠共0.00元`,
    `#退款合计：${changes.refunds ?? refunds}笔，商家实收退款共-5.00元，商家优惠退款共0.00元`,
    '#导出时间：[2026年11月20日 09:00:00]',
  ].join('\r\n');
}

const summary =
  '#支付宝业务汇总查询\r\n#账号：[20880001234567890156]\r\n门店编号,门店名称,交易订单总笔数\r\n合计,,1\r\n';
const archive = (files: Readonly<Record<string, string>>) =>
  zipOf(Object.entries(files).map(([name, content]) => ({ name: gbkOf(name), content: gbkOf(content) })));

async function linesOf(bill: Bill): Promise<BillLine[]> {
  const lines: BillLine[] = [];
  for await (const line of bill.lines) lines.push(line);
  return lines;
}
const read = (bytes: Uint8Array) => linesOf(readBill(day, bytes));

const cny = (amount: bigint) => money(amount, 'CNY');
const expected = [
  { kind: 'payment', number: 'a0t1_1', transaction: '2026111922001', amount: cny(12_34n), fee: cny(7n) },
  { kind: 'refund', number: 'r0f1_1', transaction: '2026111922001', amount: cny(5_00n), fee: cny(-3n) },
];

describe('a bill of Alipay', () => {
  test('is an archive of files in GBK, with the details and a summary, in any order', async () => {
    const whole = { '业务明细(汇总).csv': summary, '业务明细.csv': details([payment(), refund]) };
    const lines = await read(archive(whole));
    expect(lines).toMatchObject(expected);
    expect(lines[0]?.at).toBe(Date.parse('2026-11-19T01:00:30Z'));
    expect(lines[0]?.raw).toContain('*雷(han***@example.com)');
    expect(await read(archive(Object.fromEntries(Object.entries(whole).reverse())))).toEqual(lines);
  });

  test('may have its details in several files', async () => {
    const files = { '1.csv': details([payment()]), '2.csv': details([refund]), 's.csv': summary };
    expect(await read(archive(files))).toMatchObject(expected);
  });

  test('is read as well when a person has taken the file out, also when a spreadsheet has made UTF-8 of it', async () => {
    const text = details([payment(), refund]);
    for (const bytes of [gbkOf(text), Buffer.from(text), Buffer.from(`\uFEFF${text.replaceAll('\r\n', '\n')}`)]) {
      expect(await read(bytes)).toMatchObject(expected);
    }
  });

  test.each([
    ['the name of the goods', payment('茶, 红茶, 绿茶')],
    ['the remark', payment('茶', '9:00, 2026-11-19 09:00:00, 备注')],
    ['both', payment('a,b', 'c,d')],
  ])('may have commas in %s', async (_where, line) => {
    expect(await read(gbkOf(details([line, refund])))).toMatchObject(expected);
  });

  test('is read part by part: however it is cut, no character breaks', async () => {
    const bytes = gbkOf(details([payment('茶叶'.repeat(40)), refund]));
    for (const size of [1, 7, 64]) {
      const { detailsOf } = await import('./bill-details.ts');
      const parts = (async function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      })();
      const lines: BillLine[] = [];
      for await (const line of detailsOf(day, parts)) lines.push(line);
      expect(lines).toMatchObject(expected);
      expect(lines[0]?.raw).toContain('茶叶'.repeat(40));
    }
  });

  test.each([
    ['cut off', details([payment(), refund]).split(`#${bar}业务明细列表结束`)[0] ?? '', 'cut off'],
    ['short of a line', details([payment()], { payments: 2 }), 'says 2'],
    ['of another day', details([payment()]).replace('2026年11月19日', '2026年11月18日'), '2026-11-18'],
    ['a file of something else', 'name,price\r\ntea,1\r\n', 'columns'],
    ['a line with an amount that is none', details([payment().replace('12.34', '12.345')]), 'cannot be read'],
    ['a line with a time that is none', details([payment().replace('09:00:30', '9 Uhr')]), 'cannot be read'],
    ['half a line', details([payment().slice(0, 80)]), 'cut off'],
    ['nothing', '', 'cut off'],
    ['one line without an end', 'a'.repeat(100_000), 'a line without an end'],
  ])('that is %s is not taken for a bill', async (_what, text, why) => {
    const refused = { name: 'BillUnavailable', why: 'malformed', message: expect.stringContaining(why) };
    await expect(read(gbkOf(text))).rejects.toMatchObject(refused);
  });

  test('of an archive that was cut, or is damaged, or unpacks to more than it says is not read', async () => {
    const whole = archive({ '业务明细.csv': details([payment(), refund]) });
    const malformed = (about: string) => ({
      name: 'BillUnavailable',
      why: 'malformed',
      message: expect.stringContaining(about),
    });
    await expect(read(whole.subarray(0, whole.length - 40))).rejects.toMatchObject(malformed('zip'));
    const damaged = Buffer.from(whole);
    const middle = Math.floor(whole.length / 3);
    damaged.writeUInt8((damaged[middle] ?? 0) ^ 0xff, middle);
    await expect(read(damaged)).rejects.toThrow(/damaged|unpacked|columns|cut off|read/);
    const modest = Buffer.from(whole);
    modest.writeUInt32LE(100, modest.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 24);
    await expect(read(modest)).rejects.toMatchObject(malformed('damaged'));
    await expect(read(archive({ 's.csv': summary }))).rejects.toMatchObject(malformed('no details'));
  });

  test('has names in GBK too', () => {
    const [entry] = entriesOf(archive({ '20880001234567890156_20261119_业务明细.csv': '' }));
    expect(new TextDecoder('gbk').decode(entry?.name)).toBe('20880001234567890156_20261119_业务明细.csv');
  });
});

describe('fetching a bill', () => {
  let current: Stage;
  beforeEach(async () => {
    current = await stage();
  });
  afterEach(() => current.stop());
  const asking = () => ({ deadline: current.time.now() + 10_000 });
  const today = () => dayOf(current.time.now());

  /** A payment of today, and the noon of tomorrow. */
  async function aDay(): Promise<string> {
    const { provider, simulator, time } = current;
    const now = time.now();
    await provider.open(
      {
        ...{
          number: 'a0t1_1',
          reference: null,
          amount: money(12_34n, 'CNY'),
          flow: 'qr',
          description: '茶,茶',
          openid: null,
        },
        ...{ openedAt: now, expiresAt: now + 3_600_000, returnUrl: null },
      },
      asking(),
    );
    simulator.control.pay('a0t1_1');
    const paidOn = today();
    time.move(Date.parse(`${paidOn}T00:00:00+08:00`) + 37 * 3_600_000 - time.now());
    return paidOn;
  }

  test('before it is there fails, to be tried again', async () => {
    const paidOn = today();
    current.time.move(Date.parse(`${paidOn}T00:00:00+08:00`) + 25 * 3_600_000 - current.time.now());
    await expect(current.provider.fetchBill(paidOn, asking())).rejects.toMatchObject({ why: 'not yet' });
  });

  test('that Alipay does not answer fails, to be tried again', async () => {
    const paidOn = await aDay();
    for (const method of [undefined, 'download']) {
      current.simulator.control.fail({ trouble: 'cut', applied: false, ...(method ? { method } : {}) });
      await expect(current.provider.fetchBill(paidOn, asking())).rejects.toMatchObject({ why: 'unavailable' });
    }
    expect(await linesOf(await current.provider.fetchBill(paidOn, asking()))).toHaveLength(1);
  });

  test('that the merchant may not have fails, and says so', async () => {
    const paidOn = await aDay();
    current.simulator.control.fail({ trouble: { refuse: 'isv.insufficient-isv-permissions' }, applied: false });
    await expect(current.provider.fetchBill(paidOn, asking())).rejects.toMatchObject({
      ...{ why: 'unavailable', message: expect.stringContaining('isv.insufficient-isv-permissions') },
    });
  });

  test('keeps its address to itself', async () => {
    const paidOn = await aDay();
    current.simulator.control.fail({ trouble: 'server error', applied: false, method: 'download' });
    await expect(current.provider.fetchBill(paidOn, asking())).rejects.toThrow(/^(?!.*token).*HTTP 403$/);
  });

  test('is done over TLS where the gateway is, though the address says otherwise', async () => {
    const paidOn = await aDay();
    const asked: string[] = [];
    // TLS begins at the simulator's door, so to speak.
    const through: typeof fetch = (input, init) => {
      asked.push(String(input).split('?')[0] ?? '');
      return fetch(String(input).replace('https:', 'http:'), init);
    };
    const gateway = current.simulator.gateway.replace('http:', 'https:');
    const provider = current.adapter({ gateway }, { fetch: through });
    expect(await linesOf(await provider.fetchBill(paidOn, asking()))).toHaveLength(1);
    expect(asked).toEqual([gateway, gateway.replace('gateway.do', 'downloadBillFile.resource')]);
  });

  test.each(['2026-11-31', 'yesterday', ''])('of %j is a mistake', async (given) => {
    await expect(current.provider.fetchBill(given, asking())).rejects.toThrow(RangeError);
  });

  test('shows what was planted', async () => {
    const paidOn = await aDay();
    const { control } = current.simulator;
    control.plant({ kind: 'twice', number: 'a0t1_1' });
    control.plant({ kind: 'amount', number: 'a0t1_1', fen: 12_35n });
    control.plant({ kind: 'stranger', number: 'who', fen: 1n });
    const lines = await linesOf(await current.provider.fetchBill(paidOn, asking()));
    expect(lines.map(({ number, amount }) => `${number} ${amount.amount}`)).toEqual([
      'a0t1_1 1235',
      'a0t1_1 1235',
      'who 1',
    ]);
    control.plant({ kind: 'missing', number: 'a0t1_1' });
    expect(await linesOf(await current.provider.fetchBill(paidOn, asking()))).toHaveLength(1);
  });
});
