import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TSchema } from 'typebox';
import { ApiProblem } from '../api/problem.ts';

export interface Form<Values> {
  readonly values: Values;
  readonly isSending: boolean;
  /** What the platform refused, where it points to no field. */
  readonly problem: ApiProblem | undefined;
  set<Name extends keyof Values>(name: Name, value: Values[Name]): void;
  /** The text below a field, by its JSON pointer into the body. */
  errorOf(pointer: string): string | undefined;
  submit(event?: FormEvent<HTMLFormElement>): Promise<void>;
}

/** What was wrong with a body when it was sent, and how to look whether it still is. */
interface Found<Body> {
  readonly faults: ReadonlyMap<string, string>;
  readonly body: Body;
  check(body: Body): ReadonlyMap<string, string>;
}

/**
 * A form over one body: checked by the contract's own schema before it is sent, and by the platform after; either way faults
 * stand at their fields until these are corrected, and the input stays. Names of fields are those of `bodyOf`'s result.
 */
export function useForm<Values extends object, Body>(options: {
  readonly initial: Values;
  readonly schema: () => Promise<TSchema | undefined>;
  readonly bodyOf: (values: Values) => Body;
  readonly send: (body: Body) => Promise<unknown>;
}): Form<Values> {
  const { t } = useTranslation('ui');
  const [values, setValues] = useState(options.initial);
  const [found, setFound] = useState<Found<Body>>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [isSending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  const show = (what: Found<Body>, refusal?: ApiProblem): void => {
    setFound(what);
    requestAnimationFrame(() => {
      const field = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
      // What is said of something that has no field here is said of the whole.
      if (field) field.focus();
      else if (refusal) setProblem(refusal);
    });
  };
  const send = async (): Promise<void> => {
    const body = options.bodyOf(values);
    const [{ faultsOf }, schema] = await Promise.all([import('./faults.ts'), options.schema()]);
    const check = (given: Body) => (schema ? faultsOf(t, schema, given) : new Map<string, string>());
    const faults = check(body);
    if (faults.size > 0) return show({ faults, body, check });
    setFound(undefined);
    try {
      await options.send(body);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      const pointed = [...error.byPointer.keys()].map((pointer) => [pointer, t('form.invalid')] as const);
      if (error.code === 'validation_failed' && pointed.length > 0)
        show({ faults: new Map(pointed), body, check }, error);
      else setProblem(error);
    }
  };
  return {
    values,
    isSending,
    problem,
    set: (name, value) => setValues((before) => ({ ...before, [name]: value })),
    errorOf(pointer) {
      const fault = found?.faults.get(pointer);
      if (!found || fault === undefined) return undefined;
      const body = options.bodyOf(values);
      return at(body, pointer) === at(found.body, pointer) ? fault : found.check(body).get(pointer);
    },
    async submit(event) {
      event?.preventDefault();
      if (event) form.current = event.currentTarget;
      if (isSending) return;
      setSending(true);
      setProblem(undefined);
      try {
        await send();
      } finally {
        setSending(false);
      }
    },
  };
}

/** What stands at a JSON pointer (RFC 6901) of a body; names of fields need no escapes. */
function at(body: unknown, pointer: string): unknown {
  let found = body;
  for (const name of pointer.split('/').slice(1))
    found = (found as Readonly<Record<string, unknown>> | undefined)?.[name];
  return found;
}
