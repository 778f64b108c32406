import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { addVariants, changeProduct, changeVariant, type EditedProduct } from '#contracts/http/catalog.ts';
import { Checkbox, TextInput } from '../../../ui/fields.tsx';
import { fractionDigits } from '../../../ui/format.ts';
import { languages } from '../../../ui/i18n.ts';
import { ActDialog, ReasonInput } from '../../parts/ActDialog.tsx';
import { priceOf } from './CreateProduct.tsx';

interface Asked {
  readonly product: EditedProduct;
  onClose(): void;
}

const ofReason = (reason: string) => (reason === '' ? {} : { reason });

export function PutOnSale({ product, onClose }: Asked): ReactNode {
  const { t } = useTranslation('console');
  const { id, onSale } = product;
  const title = t(onSale ? 'products.takeOff' : 'products.putOn');
  return (
    <ActDialog
      title={title}
      text={t(onSale ? 'products.takeOffText' : 'products.putOnText')}
      submit={title}
      isDanger={onSale}
      operation={changeProduct}
      params={{ id }}
      schema={async () => (await import('../../schemas.ts')).changeProduct.body}
      initial={{ reason: '' }}
      bodyOf={({ reason }) => ({ onSale: !onSale, ...ofReason(reason) })}
      done={t('done')}
      onClose={onClose}
    >
      {(form) => <ReasonInput form={form} isOptional />}
    </ActDialog>
  );
}

export function ChangeTexts({ product, onClose }: Asked): ReactNode {
  const { t } = useTranslation('console');
  const texts = Object.fromEntries(
    languages.flatMap(({ code }) => [
      [`name ${code}`, product.texts[code]?.name ?? ''],
      [`description ${code}`, product.texts[code]?.description ?? ''],
    ]),
  ) as Readonly<Record<`${'name' | 'description'} ${'zh-CN' | 'zh-TW' | 'en'}`, string>>;
  return (
    <ActDialog
      title={t('products.edit')}
      submit={t('save')}
      size="l"
      operation={changeProduct}
      params={{ id: product.id }}
      schema={async () => (await import('../../schemas.ts')).changeProduct.body}
      initial={{ ...texts, category: product.category, reason: '' }}
      bodyOf={(values) => ({
        category: values.category.trim(),
        texts: Object.fromEntries(
          languages
            .filter(({ code }) => values[`name ${code}`].trim() !== '')
            .map(({ code }) => [
              code,
              { name: values[`name ${code}`].trim(), description: values[`description ${code}`] },
            ]),
        ),
        ...ofReason(values.reason),
      })}
      done={t('done')}
      onClose={onClose}
    >
      {(form) => (
        <>
          <TextInput
            label={t('field.category')}
            value={form.values.category}
            onChange={(value) => form.set('category', value)}
            error={form.errorOf('/category')}
          />
          {languages.map(({ code, name }) => (
            <div key={code} className="stack-s">
              <TextInput
                label={`${t('field.name')} · ${name}`}
                value={form.values[`name ${code}`]}
                onChange={(value) => form.set(`name ${code}`, value)}
                error={form.errorOf(`/texts/${code}/name`) ?? (code === 'zh-CN' ? form.errorOf('/texts') : undefined)}
              />
              <TextInput
                label={`${t('field.description')} · ${name}`}
                rows={3}
                value={form.values[`description ${code}`]}
                onChange={(value) => form.set(`description ${code}`, value)}
                error={form.errorOf(`/texts/${code}/description`)}
              />
            </div>
          ))}
          <ReasonInput form={form} isOptional />
        </>
      )}
    </ActDialog>
  );
}

export function NewVariant({ product, onClose }: Asked): ReactNode {
  const { t } = useTranslation('console');
  const currency = product.variants[0]?.price.currency ?? 'CNY';
  return (
    <ActDialog
      title={t('products.addVariant')}
      submit={t('products.addVariant')}
      operation={addVariants}
      params={{ id: product.id }}
      schema={async () => (await import('../../schemas.ts')).addVariants.body}
      initial={{ sku: '', price: '', 'zh-CN': '', 'zh-TW': '', en: '', reason: '' }}
      bodyOf={(values) => {
        const names = languages.filter(({ code }) => values[code].trim() !== '');
        return {
          variants: [
            {
              sku: values.sku.trim(),
              price: priceOf(values.price, currency),
              ...(names.length > 0 && {
                names: Object.fromEntries(names.map(({ code }) => [code, values[code].trim()])),
              }),
            },
          ],
          ...ofReason(values.reason),
        };
      }}
      done={t('done')}
      onClose={onClose}
    >
      {(form) => (
        <>
          <div className="form-grid">
            <TextInput
              label={t('field.sku')}
              value={form.values.sku}
              onChange={(value) => form.set('sku', value)}
              error={form.errorOf('/variants/0/sku')}
            />
            <TextInput
              label={`${t('field.price')} · ${currency}`}
              inputMode="decimal"
              value={form.values.price}
              onChange={(value) => form.set('price', value)}
              error={form.errorOf('/variants/0/price/amount')}
            />
          </div>
          {languages.map(({ code, name }) => (
            <TextInput
              key={code}
              label={`${t('field.name')} · ${name}`}
              isOptional
              value={form.values[code]}
              onChange={(value) => form.set(code, value)}
              error={form.errorOf(`/variants/0/names/${code}`)}
            />
          ))}
          <ReasonInput form={form} isOptional />
        </>
      )}
    </ActDialog>
  );
}

export function ChangeVariant(props: Asked & { readonly variant: EditedProduct['variants'][number] }): ReactNode {
  const { t } = useTranslation('console');
  const { product, variant, onClose } = props;
  const { currency, amount } = variant.price;
  const digits = fractionDigits(currency);
  return (
    <ActDialog
      title={t('products.changeOf', { sku: variant.sku })}
      text={t('products.priceText')}
      submit={t('save')}
      operation={changeVariant}
      params={{ id: product.id, sku: variant.sku }}
      schema={async () => (await import('../../schemas.ts')).changeVariant.body}
      initial={{ price: (amount / 10 ** digits).toFixed(digits), onSale: variant.onSale, reason: '' }}
      bodyOf={(values) => ({
        price: priceOf(values.price, currency),
        onSale: values.onSale,
        ...ofReason(values.reason),
      })}
      done={t('done')}
      onClose={onClose}
    >
      {(form) => (
        <>
          <TextInput
            label={`${t('field.price')} · ${currency}`}
            inputMode="decimal"
            value={form.values.price}
            onChange={(value) => form.set('price', value)}
            error={form.errorOf('/price/amount')}
          />
          <Checkbox isSelected={form.values.onSale} onChange={(value) => form.set('onSale', value)}>
            {t('products.onSale')}
          </Checkbox>
          <ReasonInput form={form} isOptional />
        </>
      )}
    </ActDialog>
  );
}
