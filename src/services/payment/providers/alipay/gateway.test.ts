import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { money } from '#kernel/money.ts';
import { signatureOf } from '../../../../../simulators/alipay/signing.ts';
import { alipayKeys, appKeys } from '../../../../../simulators/alipay/testing/stage.ts';
import type { AlipaySettings } from './merchant.ts';
import { alipayProvider } from './provider.ts';
import { type Stage, stage } from './testing/scene.ts';

let current: Stage;
const servers: Server[] = [];
beforeEach(async () => {
  current = await stage();
});
afterEach(async () => {
  await current.stop();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const charge = (now: number) => ({
  ...{ number: 'a0t1_1', reference: null, amount: money(12_34n, 'CNY') },
  ...{ openedAt: now, expiresAt: now + 1_800_000 },
});
const query = (deadlineMs = 10_000, changes: Partial<AlipaySettings> = {}) => {
  const now = current.time.now();
  return current.adapter(changes).query(charge(now), { deadline: now + deadlineMs });
};

/** A gateway of another kind: its address. */
async function gatewayOf(listener: RequestListener): Promise<{ gateway: string }> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { gateway: `http://127.0.0.1:${(server.address() as AddressInfo).port}/gateway.do` };
}

const answering = (body: string, status = 200, headers: Readonly<Record<string, string>> = {}) =>
  gatewayOf((_request, response) => response.writeHead(status, { ...headers }).end(body));

const paid = JSON.stringify({
  ...{ code: '10000', out_trade_no: 'a0t1_1', trade_no: '2026112022001', trade_status: 'TRADE_SUCCESS' },
  ...{ total_amount: '12.34', send_pay_date: '2026-11-20 12:00:00' },
});
const signed = (content: string) => signatureOf(content, alipayKeys.privateKey);

describe('the wire to Alipay', () => {
  test('believes what is signed over the characters as they came', async () => {
    const answer = await answering(`{"alipay_trade_query_response":${paid},"sign":"${signed(paid)}"}`);
    expect(await query(10_000, answer)).toMatchObject({ kind: 'paid' });
  });

  test.each([
    ['without a signature', `{"alipay_trade_query_response":${paid}}`, 200],
    [
      'with a signature of other characters',
      `{"alipay_trade_query_response":${paid} ,"sign":"${signed(`${paid} `)}"}`,
      200,
    ],
    ['with a signature that is no text', `{"alipay_trade_query_response":${paid},"sign":5}`, 200],
    ['of another method', `{"alipay_trade_refund_response":${paid},"sign":"${signed(paid)}"}`, 200],
    [
      'under two names',
      `{"alipay_trade_query_response":{},"sign":"${signed('{}')}","alipay_trade_query_response":${paid}}`,
      200,
    ],
    ['that is an error of the edge', '{"error_response":{"code":"40002","sub_code":"isv.invalid-app-id"}}', 200],
    ['of HTTP 500, signed all the same', `{"alipay_trade_query_response":${paid},"sign":"${signed(paid)}"}`, 500],
    ['of HTTP 403', '{"alipay_trade_query_response":{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}}', 403],
    ['that is a page', '<html>Bad Gateway</html>', 200],
    ['of nothing', '', 200],
  ])('takes an answer %s for none', async (_what, body, status) => {
    expect(await query(10_000, await answering(body, status))).toMatchObject({ kind: 'unknown' });
  });

  test('follows nobody elsewhere: a request is good for whoever has it', async () => {
    const asked: string[] = [];
    const elsewhere = await gatewayOf((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    const away = await answering('', 307, { location: elsewhere.gateway });
    expect(await query(10_000, away)).toMatchObject({ kind: 'unknown' });
    expect(asked).toEqual([]);
  });

  test('asks once where the connection is cut', async () => {
    current.simulator.control.fail({ trouble: 'cut', applied: true, times: 5 });
    expect(await query()).toMatchObject({ kind: 'unknown' });
    expect(current.simulator.received()).toBe(1);
  });

  test('has waited as long as it may when bytes keep dripping in', async () => {
    const dripping = await gatewayOf((_request, response) => {
      response.writeHead(200);
      const drip = (): void => {
        if (response.destroyed) return;
        response.write(' ');
        current.time.after(20, drip);
      };
      drip();
    });
    expect(await query(150, dripping)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('in time') });
  });

  test('waits no longer than its own most, however patient the caller', async () => {
    current.simulator.control.fail({ trouble: 'no answer', applied: false });
    const answer = query(1e9, { timeoutMostMs: 100 });
    expect(await answer).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('in time') });
  });

  test('asks nobody when no time is left', async () => {
    expect(await query(0)).toMatchObject({ kind: 'unknown' });
    expect(current.simulator.received()).toBe(0);
  });

  test('reads no more than an answer can be', async () => {
    const endless = await gatewayOf((_request, response) => {
      response.on('error', () => undefined);
      response.end('x'.repeat(2 << 20));
    });
    expect(await query(10_000, endless)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('too long'),
    });
  });

  test.each(['unknown', 'system error'] as const)('knows that Alipay does not know either: %s', async (trouble) => {
    current.simulator.control.fail({ trouble, applied: false });
    expect(await query()).toMatchObject({ kind: 'unknown' });
  });

  test('tells Beijing’s time by our clock, whatever the machine’s and its zone', async () => {
    current.time.move(3 * 86_400_000);
    await query();
    const [seen] = current.simulator.requests;
    const told = Date.parse(`${seen?.request.parameters.timestamp?.replace(' ', 'T')}+08:00`);
    expect(Math.abs(told - current.time.now())).toBeLessThan(5_000);
  });

  test('does not begin without the key of Alipay: the client would take every answer for signed', () => {
    const { alipayPublicKey: _without, ...rest } = current.settings;
    const broken = rest as unknown as AlipaySettings;
    expect(() => alipayProvider(broken, { clock: current.time, scheduler: current.time })).toThrow(
      'public key of Alipay',
    );
  });

  test('says nothing of keys or of the request in what goes wrong', async () => {
    const pem = appKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const gone = { gateway: 'http://127.0.0.1:9/gateway.do' };
    current.simulator.control.fail({ trouble: 'cut', applied: false });
    const answers = [await query(10_000, gone), await query(), await query(10_000, await answering('<html>'))];
    for (const answer of answers) {
      expect(answer.kind).toBe('unknown');
      const text = JSON.stringify(answer);
      expect(text).not.toContain(pem.split('\n')[1]);
      expect(text).not.toMatch(/sign=|app_id|biz_content|a0t1_1/);
    }
  });
});
