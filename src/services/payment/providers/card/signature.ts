import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Instant } from '#kernel/clock.ts';
import type { RefusedCallback } from '../provider.ts';

/** How far a signature's time may be from ours, either way (docs.stripe.com/webhooks/signature recommends 5 minutes). */
const toleranceMs = 300_000;
/** Each costs a comparison; Stripe sends one per secret that is valid. */
const signaturesMost = 10;

interface Signed {
  readonly secrets: readonly string[];
  readonly header: string | undefined;
  readonly body: Uint8Array;
  readonly receivedAt: Instant;
}

/**
 * `Stripe-Signature: t=1492774577,v1=…,v1=…,v0=…`: HMAC-SHA256 over `t.` and the bytes of the body, in hex. Any v1 of any of our
 * secrets will do; v0 and whatever else is there does not count. Unlike the provider's client it looks at the bytes and not at
 * their text, and does not accept a time in the future.
 */
export function signatureProblem({ secrets, header, body, receivedAt }: Signed): RefusedCallback | undefined {
  const parts = (header ?? '').split(',').map((part) => part.trim());
  const times = parts.flatMap((part) => (part.startsWith('t=') ? [part.slice(2)] : []));
  const signatures = parts.flatMap((part) => (/^v1=[0-9a-f]{64}$/.test(part) ? [part.slice(3)] : []));
  const [time] = times;
  if (time === undefined || times.length !== 1 || !/^[0-9]{1,12}$/.test(time))
    return refused('signature', 'without a time');
  if (signatures.length === 0 || signatures.length > signaturesMost)
    return refused('signature', 'without a signature v1');
  const given = signatures.map((signature) => Buffer.from(signature, 'hex'));
  const isOurs = secrets.some((secret) => {
    const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
    return given.some((signature) => timingSafeEqual(signature, expected));
  });
  if (!isOurs) return refused('signature', 'no signature by a secret of ours');
  const awayMs = receivedAt - Number(time) * 1_000;
  if (Math.abs(awayMs) <= toleranceMs) return undefined;
  return refused('stale', `signed ${Math.round(Math.abs(awayMs) / 1_000)} s ${awayMs > 0 ? 'ago' : 'from now'}`);
}

const refused = (why: RefusedCallback['why'], detail: string): RefusedCallback => ({ kind: 'refused', why, detail });
