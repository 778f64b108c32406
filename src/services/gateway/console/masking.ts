const secretName = /secret|token|password|hash$|signature|authorization|openid|cookie/i;
/** Inside of texts that others wrote: what Stripe's clients pay with, and what looks like a token. */
const secretText = /(_secret_)\w+|\b(eyJ[\w-]{8})[\w.-]{20,}/g;
const mask = '•••';

/** The value with what is secret in it masked, however deep: an operator sees that it was there. */
export function masked(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(secretText, `$1$2${mask}`);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, isSecret(name, inner) ? mask : masked(inner)]),
  );
}

function isSecret(name: string, inner: unknown): boolean {
  return secretName.test(name) && inner !== null && typeof inner !== 'object';
}
