import { useNavigate, useSearch } from '@tanstack/react-router';

/** What stands after the `?`: names and texts, so that an address can be read, kept and sent to somebody. */
export type Search = Readonly<Partial<Record<string, string>>>;

export function parseSearch(text: string): Search {
  return Object.fromEntries(new URLSearchParams(text));
}

export function searchText(search: Readonly<Record<string, unknown>>): string {
  const texts = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') texts.set(name, value);
  }
  return texts.size > 0 ? `?${texts}` : '';
}

export interface Filters {
  readonly values: Search;
  readonly areSet: boolean;
  set(changes: Search): void;
  clear(): void;
}

/** The filters of a list live in the address. */
export function useFilters(): Filters {
  const values = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const go = (search: Search): void => void navigate({ to: '.', search, replace: true });
  return {
    values,
    areSet: Object.values(values).some((value) => value !== undefined && value !== ''),
    set: (changes) => go(Object.fromEntries(Object.entries({ ...values, ...changes }).filter(([, value]) => value))),
    clear: () => go({}),
  };
}

type Given<Values> = { readonly [Name in keyof Values]?: Exclude<Values[Name], undefined> };

/** Only what is given: an empty filter is none. */
export function given<Values extends object>(values: Values): Given<Values> {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(kept) as Given<Values>;
}

/** The beginning of a day of the reader's own calendar, so many days later. */
export function dayStart(day: string | undefined, plusDays = 0): string | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day ?? '');
  if (!match) return undefined;
  const at = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]) + plusDays);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
