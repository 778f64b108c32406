import { hash } from 'node:crypto';
import type { Operation } from '#contracts/operation.ts';
import { refuse } from '#kernel/problem.ts';
import type { IdempotencyKey } from '../service.ts';

/** The key of a request: it belongs to a caller and an operation, and remembers what it was sent with. */
export function idempotencyKeyOf(
  callerId: string,
  operation: Operation,
  key: string,
  params: unknown,
  body: unknown,
): IdempotencyKey {
  const fingerprint = hash('sha256', `${canonicalJson(params)}\n${canonicalJson(body)}`);
  return { scope: `${callerId}:${operation.name}`, key, fingerprint };
}

/** Checks an `Idempotency-Key` header: 1 to 255 printable ASCII characters, sent once. */
export function requireKey(header: unknown): string {
  if (header === undefined || header === '') {
    refuse('idempotency_key_missing', 'Send an Idempotency-Key header: the same for each repeat of this request.');
  }
  if (typeof header !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(header)) {
    const detail = 'must have from 1 to 255 printable ASCII characters';
    refuse('validation_failed', undefined, [{ pointer: '/header/idempotency-key', detail }]);
  }
  return header;
}

/** What JSON writes between quotes as it is. JSON.stringify of each small text costs several times as much as to look. */
const plainText = /^[ !#-[\]-~]*$/;

/** JSON with the names of each object in order, so that the same content has the same text. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return plainText.test(value) ? `"${value}"` : JSON.stringify(value);
  if (typeof value === 'number') return Number.isFinite(value) ? `${value}` : 'null';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += text === '' ? canonicalJson(item) : `,${canonicalJson(item)}`;
    return `[${text}]`;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(fields).sort()) {
    const item = fields[name];
    if (item === undefined) continue;
    text += `${text === '' ? '' : ','}${canonicalJson(name)}:${canonicalJson(item)}`;
  }
  return `{${text}}`;
}
