import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { systemRandom } from '../seams/random.ts';

const ITERATIONS = 4096; // the server's default, scram_iterations

/**
 * What the server stores for a password (RFC 5803, RFC 7677). Sent instead of the password, so that the password
 * never stands in a statement, a log or pg_stat_activity, whatever `password_encryption` says.
 * The password must be ASCII: SASLprep is then the identity.
 */
export async function scramVerifier(password: string): Promise<string> {
  const salt = secretBytes(16);
  const salted = await promisify(pbkdf2)(password, salt, ITERATIONS, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/**
 * A service role's password, derived from the administrator's (which is a secret of its own: never shown to services).
 * Several processes that are given the same DATABASE_URL agree on it without having to tell each other.
 */
export function rolePassword(adminPassword: string, role: string): string {
  return hmac(Buffer.from(adminPassword), `suanpan role ${role}`).toString('base64url');
}

/**
 * What the platform's processes prove to each other with, where nobody chose a secret: all that share DATABASE_URL agree on it.
 */
export function sharedServiceSecret(adminPassword: string): string {
  return hmac(Buffer.from(adminPassword), 'suanpan calls between services').toString('base64url');
}

/** Secrets are never a seed's to decide: always the system's own chance. */
export function secretBytes(count: number): Buffer {
  const bytes = Buffer.alloc(count);
  systemRandom().bytes(bytes);
  return bytes;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
