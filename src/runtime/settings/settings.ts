/**
 * Typed settings: one table, declared beside the code that uses each, read once at the start from the environment.
 * A wrong value is named with what was expected; `suanpan settings` prints the table with defaults.
 */
export interface Setting<Value> {
  /** The environment variable. */
  readonly name: string;
  readonly help: string;
  /** As it would be written in the environment; undefined: no default, the value is undefined when unset. */
  readonly default: string | undefined;
  /** Never printed or logged. */
  readonly secret?: boolean;
  /** Throws an Error whose message says what is expected. */
  parse(text: string): Value;
}

// biome-ignore lint/suspicious/noExplicitAny: a table holds settings of different types
export type SettingsTable = Readonly<Record<string, Setting<any>>>;
export type SettingsOf<Table extends SettingsTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer Value> ? Value : never;
};

export class SettingsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SettingsError';
  }
}

export function readSettings<const Table extends SettingsTable>(
  table: Table,
  environment: Readonly<Record<string, string | undefined>>,
): SettingsOf<Table> {
  const wrong: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(table)) {
    const given = environment[setting.name];
    const text = given === undefined || given === '' ? setting.default : given;
    if (text === undefined) continue;
    try {
      values[key] = setting.parse(text);
    } catch (error) {
      const shown = setting.secret ? 'its value' : JSON.stringify(text);
      wrong.push(`${setting.name}: ${shown} is not valid: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (wrong.length > 0) throw new SettingsError(wrong.join('\n'));
  return values as SettingsOf<Table>;
}

type Options = { readonly secret?: boolean };

function setting<Value>(
  name: string,
  fallback: string | undefined,
  help: string,
  parse: (text: string) => Value,
  options: Options = {},
): Setting<Value> {
  return { name, help, default: fallback, parse, ...options };
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `250ms`, `5s`, `30m`, `12h`, `7d`; the value is milliseconds. */
export function parseDuration(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  const unitMs = unitsMs[parts?.[2] ?? ''];
  if (!parts || unitMs === undefined) throw new Error('expected a duration such as 250ms, 5s, 30m, 12h or 7d');
  return Math.round(Number(parts[1]) * unitMs);
}

export function duration(name: string, fallback: string, help: string): Setting<number> {
  return setting(name, fallback, help, parseDuration);
}

export function optionalDuration(name: string, help: string): Setting<number | undefined> {
  return setting<number | undefined>(name, undefined, help, parseDuration);
}

export function integer(
  name: string,
  fallback: number,
  help: string,
  range: { readonly min: number; readonly max: number },
): Setting<number> {
  return setting(name, String(fallback), help, (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < range.min || value > range.max) {
      throw new Error(`expected a whole number from ${range.min} to ${range.max}`);
    }
    return value;
  });
}

const onWords = new Set(['1', 'true', 'on', 'yes']);
const offWords = new Set(['0', 'false', 'off', 'no']);

export function flag(name: string, fallback: boolean, help: string): Setting<boolean> {
  return setting(name, fallback ? '1' : '0', help, (text) => {
    const word = text.toLowerCase();
    if (!onWords.has(word) && !offWords.has(word)) throw new Error('expected 1 or 0 (on or off)');
    return onWords.has(word);
  });
}

export function text(name: string, fallback: string, help: string, options?: Options): Setting<string> {
  return setting(name, fallback, help, (value) => value, options);
}

export function optionalText(name: string, help: string, options?: Options): Setting<string | undefined> {
  return setting<string | undefined>(name, undefined, help, (value) => value, options);
}

/** The origin of web pages, as browsers write it: scheme, host, and the port where it is not the usual one. */
export function webOrigin(name: string, help: string): Setting<string | undefined> {
  return setting<string | undefined>(name, undefined, help, (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) {
      throw new Error('expected an address without a path, such as https://shop.example');
    }
    return url.origin;
  });
}

/** Several values by commas; undefined where it is not set. */
export function list(name: string, help: string): Setting<readonly string[] | undefined> {
  return setting<readonly string[] | undefined>(name, undefined, help, (text) => {
    const values = text.split(',').map((value) => value.trim());
    if (values.includes('')) throw new Error('expected values by commas');
    return values;
  });
}

export function oneOf<const Choice extends string>(
  name: string,
  choices: readonly Choice[],
  fallback: Choice,
  help: string,
): Setting<Choice> {
  return setting(name, fallback, help, (value) => {
    const choice = choices.find((candidate) => candidate === value);
    if (!choice) throw new Error(`expected one of ${choices.join(', ')}`);
    return choice;
  });
}
