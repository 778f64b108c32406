import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { createProduct, type EditedProduct } from '#contracts/http/catalog.ts';
import { TextInput } from '../../../ui/fields.tsx';
import { parseAmount } from '../../../ui/format.ts';
import type { Form } from '../../../ui/forms/form.ts';
import { languages } from '../../../ui/i18n.ts';
import { ActDialog, ReasonInput } from '../../parts/ActDialog.tsx';

interface Values {
  readonly category: string;
  readonly 'zh-CN': string;
  readonly 'zh-TW': string;
  readonly en: string;
  readonly description: string;
  readonly sku: string;
  readonly price: string;
  readonly currency: string;
  readonly reason: string;
}

const initial: Values = {
  category: '',
  'zh-CN': '',
  'zh-TW': '',
  en: '',
  description: '',
  sku: '',
  price: '',
  currency: 'CNY',
  reason: '',
};

/** A product with its first variant; what is more is added on its page. */
export function CreateProduct(props: { onClose(): void; onDone(product: EditedProduct): void }): ReactNode {
  const { t } = useTranslation('console');
  return (
    <ActDialog
      title={t('products.create')}
      submit={t('products.create')}
      size="l"
      operation={createProduct}
      schema={async () => (await import('../../schemas.ts')).createProduct.body}
      initial={initial}
      bodyOf={(values) => ({
        category: values.category.trim(),
        texts: textsOf(values),
        variants: [{ sku: values.sku.trim(), price: priceOf(values.price, values.currency) }],
        ...(values.reason !== '' && { reason: values.reason }),
      })}
      done={t('done')}
      onClose={props.onClose}
      onDone={props.onDone}
    >
      {(form) => <Fields form={form} />}
    </ActDialog>
  );
}

function textsOf(values: Values) {
  const named = languages.filter(({ code }) => values[code].trim() !== '');
  return Object.fromEntries(
    named.map(({ code }) => [code, { name: values[code].trim(), description: values.description.trim() }]),
  );
}

/** What was typed as a price; what is none goes as it is, for the schema to say so. */
export function priceOf(text: string, currency: string): { readonly amount: number; readonly currency: string } {
  return { amount: parseAmount(text, currency) ?? Number.NaN, currency };
}

function Fields({ form }: { readonly form: Form<Values> }): ReactNode {
  const { t } = useTranslation('console');
  const line = (name: keyof Values, label: string, pointer: string, isFull = false): ReactNode => (
    <TextInput
      {...(isFull && { className: 'full' })}
      label={label}
      value={form.values[name]}
      onChange={(value) => form.set(name, value)}
      error={form.errorOf(pointer)}
    />
  );
  return (
    <div className="form-grid">
      {line('category', t('field.category'), '/category')}
      {line('sku', t('field.sku'), '/variants/0/sku')}
      {languages.map(({ code, name }) => (
        <TextInput
          key={code}
          label={`${t('field.name')} · ${name}`}
          isOptional={code !== 'zh-CN'}
          value={form.values[code]}
          onChange={(value) => form.set(code, value)}
          error={form.errorOf(`/texts/${code}/name`) ?? (code === 'zh-CN' ? form.errorOf('/texts') : undefined)}
        />
      ))}
      {line('price', t('field.price'), '/variants/0/price/amount')}
      {line('currency', t('field.currency'), '/variants/0/price/currency')}
      <TextInput
        className="full"
        label={t('field.description')}
        isOptional
        rows={3}
        value={form.values.description}
        onChange={(value) => form.set('description', value)}
        error={form.errorOf('/texts/zh-CN/description')}
      />
      <div className="full">
        <ReasonInput form={form} isOptional />
      </div>
    </div>
  );
}
