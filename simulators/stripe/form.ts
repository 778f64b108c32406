import { invalid } from './faults.ts';

/** What a form says: texts, in lists and in maps by nested brackets. */
export type Form = string | readonly Form[] | { readonly [name: string]: Form };

type Growing = { [name: string]: string | Growing };

/** `a=1&b[c]=2&d[0]=3&d[]=4` as api.stripe.com reads it. */
export function parseForm(text: string): { readonly [name: string]: Form } {
  const root: Growing = Object.create(null);
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const [name = '', value = ''] = splitOnce(pair).map(decoded);
    put(root, pathOf(name), value);
  }
  return Object.fromEntries(Object.entries(root).map(([name, value]) => [name, settled(value)]));
}

function splitOnce(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalid('Invalid request: the parameters are not well-formed form encoding.');
  }
}

function pathOf(name: string): string[] {
  const parts = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (!parts?.[1]) throw invalid(`Invalid request: ${name} is no name of a parameter.`);
  return [parts[1], ...[...(parts[2] ?? '').matchAll(/\[([^[\]]*)\]/g)].map(([, part = '']) => part)];
}

function put(into: Growing, [name = '', ...rest]: string[], value: string): void {
  const key = name === '' ? String(Object.keys(into).length) : name;
  if (rest.length === 0) {
    if (key in into) throw invalid(`Invalid request: ${key} is given twice.`, { param: key });
    into[key] = value;
    return;
  }
  into[key] ??= Object.create(null) as Growing;
  const next = into[key];
  if (typeof next === 'string') throw invalid(`Invalid hash: ${key} is a value too.`, { param: key });
  put(next, rest, value);
}

function settled(value: string | Growing): Form {
  if (typeof value === 'string') return value;
  const entries = Object.entries(value);
  const isList = entries.every(([name], index) => name === String(index));
  if (isList) return entries.map(([, part]) => settled(part));
  return Object.fromEntries(entries.map(([name, part]) => [name, settled(part)]));
}
