import type { TFunction } from 'i18next';
import type { TSchema } from 'typebox';
import { Errors } from 'typebox/value';

/** What a schema of the contracts finds wrong with a body, in words, by JSON pointer. Loaded with the first form that is sent. */
export function faultsOf(t: TFunction<'ui'>, schema: TSchema, body: unknown): ReadonlyMap<string, string> {
  const faults = new Map<string, string>();
  const add = (pointer: string, text: string): void => {
    if (!faults.has(pointer)) faults.set(pointer, text);
  };
  for (const error of Errors(schema, body)) {
    const { instancePath: at } = error;
    switch (error.keyword) {
      case 'required':
        for (const name of error.params.requiredProperties) add(`${at}/${name}`, t('form.required'));
        break;
      case 'minLength':
        add(at, error.params.limit === 1 ? t('form.required') : t('form.tooShort', { min: error.params.limit }));
        break;
      case 'maxLength':
        add(at, t('form.tooLong', { max: error.params.limit }));
        break;
      case 'format':
        add(at, error.params.format === 'email' ? t('form.email') : t('form.invalid'));
        break;
      case 'type':
        add(at, t('form.number'));
        break;
      case 'minimum':
      case 'maximum':
        add(at, t('form.range'));
        break;
      default:
        add(at, t('form.invalid'));
    }
  }
  return faults;
}
