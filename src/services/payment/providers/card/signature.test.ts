import { createHmac } from 'node:crypto';
import { Stripe } from 'stripe';
import { describe, expect, test } from 'vitest';
import { signatureProblem } from './signature.ts';
import { webhook } from './testing/vectors.ts';

const secret = 'whsec_simulatedWebhookSecret';
const seconds = 1_790_000_000;
const body = Buffer.from('{"id":"evt_1","note":"茶"}');
const hex = (by: string, at: number | string = seconds): string =>
  createHmac('sha256', by).update(`${at}.`).update(body).digest('hex');
const tried = (header: string | undefined, receivedAt = seconds * 1_000, secrets = [secret]) =>
  signatureProblem({ secrets, header, body, receivedAt })?.why;

describe('a signature of Stripe', () => {
  test('that its own client makes is genuine, and what is genuine to us is to the client', () => {
    const header = Stripe.webhooks.generateTestHeaderString({ payload: body.toString(), secret, timestamp: seconds });
    expect(tried(header)).toBeUndefined();
    const ours = `t=${seconds},v1=${hex(secret)}`;
    const event = Stripe.webhooks.constructEvent(body, ours, secret, 300, undefined, seconds * 1_000);
    expect(event.id).toBe('evt_1');
  });

  test('that Stripe published is genuine, within five minutes and unchanged', () => {
    const published = (changes: { body?: string; secret?: string; laterMs?: number }) =>
      signatureProblem({
        ...{ secrets: [changes.secret ?? webhook.secret], header: webhook.header },
        body: Buffer.from(changes.body ?? webhook.body),
        receivedAt: webhook.timestamp * 1_000 + (changes.laterMs ?? 0),
      })?.why;
    expect(published({})).toBeUndefined();
    expect(published({ laterMs: 300_000 })).toBeUndefined();
    expect(published({ laterMs: 300_001 })).toBe('stale');
    expect(published({ body: webhook.body.replace('cus_123', 'cus_124') })).toBe('signature');
    expect(published({ body: webhook.body.trimEnd() })).toBe('signature');
    expect(published({ secret: 'another_secret' })).toBe('signature');
  });

  test('is made by HMAC-SHA256 as RFC 4231 has it (test case 2)', () => {
    const mac = createHmac('sha256', 'Jefe').update('what do ya want for nothing?').digest('hex');
    expect(mac).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  });

  test('counts whichever of several v1 it is, and by whichever of our secrets', () => {
    const wrong = '0'.repeat(64);
    expect(tried(`t=${seconds},v1=${wrong},v1=${hex(secret)}`)).toBeUndefined();
    expect(tried(`t=${seconds},v1=${hex(secret)},v1=${wrong},v0=${wrong}`)).toBeUndefined();
    expect(tried(`t=${seconds},v1=${hex('whsec_old')}`, seconds * 1_000, [secret, 'whsec_old'])).toBeUndefined();
    expect(tried(`t=${seconds},v1=${hex('whsec_old')}`)).toBe('signature');
  });

  test.each([
    ['none', undefined],
    ['an empty one', ''],
    ['no time', `v1=${hex(secret)}`],
    ['no signature', `t=${seconds}`],
    ['only the scheme for tests', `t=${seconds},v0=${hex(secret)}`],
    ['two times', `t=1,t=${seconds},v1=${hex(secret)}`],
    ['a time with a tail', `t=${seconds}x,v1=${hex(secret, `${seconds}x`)}`],
    ['a negative time', `t=-1,v1=${hex(secret, -1)}`],
    ['a fraction', `t=1.5,v1=${hex(secret, 1.5)}`],
    ['half of it', `t=${seconds},v1=${hex(secret).slice(0, 32)}`],
    ['capitals', `t=${seconds},v1=${hex(secret).toUpperCase()}`],
    ['another time than was signed', `t=${seconds + 1},v1=${hex(secret)}`],
    ['a hundred guesses', `t=${seconds}${`,v1=${hex('x')}`.repeat(99)},v1=${hex(secret)}`],
  ])('with %s is refused', (_what, header) => {
    expect(tried(header)).toBe('signature');
  });

  test.each([
    [-300, undefined],
    [300, undefined],
    [-301, 'stale'],
    // Stripe's own client lets this one in.
    [301, 'stale'],
    [86_400 * 365, 'stale'],
  ])('%d s from now is fresh or is not', (away, why) => {
    const at = seconds + away;
    expect(tried(`t=${at},v1=${hex(secret, at)}`)).toBe(why);
  });

  test('is over the bytes: what only reads the same is another body', () => {
    const broken = Buffer.from([0x7b, 0xff, 0x7d]);
    const text = broken.toString('utf8');
    const ofText = createHmac('sha256', secret).update(`${seconds}.${text}`).digest('hex');
    const header = `t=${seconds},v1=${ofText}`;
    const problem = signatureProblem({ secrets: [secret], header, body: broken, receivedAt: seconds * 1_000 });
    expect(problem?.why).toBe('signature');
  });
});
