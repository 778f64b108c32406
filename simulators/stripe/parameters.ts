import { invalid } from './faults.ts';
import type { Form } from './form.ts';

/** Reads one parameter, or throws what Stripe answers. */
export type Reader<Value> = (value: Form | undefined, name: string) => Value;
export type Shape = Readonly<Record<string, Reader<unknown>>>;
export type Read<S extends Shape> = { readonly [Name in keyof S]: ReturnType<S[Name]> };

export function readParameters<const S extends Shape>(
  form: { readonly [name: string]: Form },
  shape: S,
  within = '',
): Read<S> {
  const nameOf = (name: string): string => (within === '' ? name : `${within}[${name}]`);
  const strange = Object.keys(form).find((name) => !Object.hasOwn(shape, name));
  if (strange !== undefined) {
    const message = `Received unknown parameter: ${nameOf(strange)}`;
    throw invalid(message, { code: 'parameter_unknown', param: nameOf(strange) });
  }
  const read = Object.entries(shape).map(([name, reader]) => [name, reader(form[name], nameOf(name))]);
  return Object.fromEntries(read) as Read<S>;
}

export function required<Value>(reader: Reader<Value | undefined>): Reader<Value> {
  return (value, name) => {
    const read = reader(value, name);
    if (read === undefined)
      throw invalid(`Missing required param: ${name}.`, { code: 'parameter_missing', param: name });
    return read;
  };
}

export const text =
  (most = 5_000): Reader<string | undefined> =>
  (value, name) => {
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw invalid('Invalid string: {}', { param: name });
    if (value === '') {
      const message = `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a parameter; however '${name}' cannot be unset.`;
      throw invalid(message, { code: 'parameter_invalid_empty', param: name });
    }
    if (value.length > most) throw invalid(`Invalid string: must be at most ${most} characters`, { param: name });
    return value;
  };

export const integer =
  (least: number, most: number): Reader<number | undefined> =>
  (value, name) => {
    const given = text()(value, name);
    if (given === undefined) return undefined;
    const code = 'parameter_invalid_integer';
    if (!/^-?\d{1,15}$/.test(given)) throw invalid(`Invalid integer: ${given}`, { code, param: name });
    const number = Number(given);
    if (number < least) throw invalid(`This value must be greater than or equal to ${least}.`, { code, param: name });
    if (number > most) throw invalid(`This value must be less than or equal to ${most}.`, { code, param: name });
    return number;
  };

export const choice =
  <const Choice extends string>(choices: readonly Choice[]): Reader<Choice | undefined> =>
  (value, name) => {
    const given = text()(value, name);
    const chosen = choices.find((one) => one === given);
    if (given !== undefined && chosen === undefined) {
      throw invalid(`Invalid ${name}: must be one of ${choices.join(', ')}`, { param: name });
    }
    return chosen;
  };

export const flag: Reader<boolean | undefined> = (value, name) => {
  const given = text()(value, name);
  if (given === undefined || given === 'true' || given === 'false') return given && given === 'true';
  throw invalid(`Invalid boolean: ${given}`, { param: name });
};

export const list =
  <Value>(of: Reader<Value | undefined>): Reader<readonly Value[] | undefined> =>
  (value, name) => {
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw invalid('Invalid array', { param: name });
    return value.flatMap((part: Form, index) => {
      const read = of(part, `${name}[${index}]`);
      return read === undefined ? [] : [read];
    });
  };

export const nested =
  <const S extends Shape>(shape: S): Reader<Read<S> | undefined> =>
  (value, name) => {
    if (value === undefined) return undefined;
    return readParameters(mapOf(value, name), shape, name);
  };

/** At most 50 names of 40 characters, with values of 500 (docs.stripe.com/metadata). */
export const metadata: Reader<Readonly<Record<string, string>>> = (value, name) => {
  if (value === undefined) return {};
  const given = Object.entries(mapOf(value, name));
  if (given.length > 50) throw invalid('Metadata can have at most 50 keys', { param: name });
  for (const [key, part] of given) {
    const param = `${name}[${key}]`;
    if (key.length > 40) throw invalid('Metadata key cannot be longer than 40 characters', { param });
    if (typeof part !== 'string') throw invalid('Metadata values must be strings', { param });
    if (part.length > 500) throw invalid('Metadata values can have up to 500 characters', { param });
  }
  return Object.fromEntries(given.filter(([, part]) => part !== '')) as Record<string, string>;
};

function mapOf(value: Form, name: string): { readonly [name: string]: Form } {
  if (typeof value === 'string' || (Array.isArray(value) && value.length > 0))
    throw invalid('Invalid hash', { param: name });
  return value as { readonly [name: string]: Form };
}

export const expand = list(text(200));

/** An instant, or a range of them, in Unix seconds. */
export const created: Reader<((at: number) => boolean) | undefined> = (value, name) => {
  if (value === undefined) return undefined;
  const seconds = integer(0, 9_999_999_999);
  if (typeof value === 'string') {
    const exact = seconds(value, name);
    return (at) => at === exact;
  }
  const { gt, gte, lt, lte } = readParameters(
    mapOf(value, name),
    { gt: seconds, gte: seconds, lt: seconds, lte: seconds },
    name,
  );
  return (at) =>
    at > (gt ?? -1) &&
    at >= (gte ?? 0) &&
    at < (lt ?? Number.POSITIVE_INFINITY) &&
    at <= (lte ?? Number.POSITIVE_INFINITY);
};
