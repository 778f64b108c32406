import { useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type EditedProduct, getEditedProduct } from '#contracts/http/catalog.ts';
import { useApi } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Badge, Money } from '../../ui/badges.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { languages } from '../../ui/i18n.ts';
import { isElsewhere } from '../../ui/pictures.ts';
import { Loaded, Skeleton } from '../../ui/states.tsx';
import { column } from '../parts/Listing.tsx';
import { Facts, Id, PageHead, Panel } from '../parts/page.tsx';
import { Moment } from '../parts/time.tsx';
import { ChangeTexts, ChangeVariant, NewVariant, PutOnSale } from './products/dialogs.tsx';
import { inLanguage, nameIn } from './products/names.ts';

type Variant = EditedProduct['variants'][number];
type Asked = 'texts' | 'sale' | 'variant' | { readonly variant: Variant };

export function ProductPage(): ReactNode {
  const { id = '' } = useParams({ strict: false });
  const found = useApi(getEditedProduct, { params: { id } });
  return (
    <Loaded of={found} waiting={<Skeleton height="10rem" count={2} />}>
      {(product) => <Product of={product} />}
    </Loaded>
  );
}

function Product({ of }: { readonly of: EditedProduct }): ReactNode {
  const { t, i18n } = useTranslation('console');
  const [asked, setAsked] = useState<Asked>();
  const close = (): void => setAsked(undefined);
  return (
    <>
      <PageHead
        title={
          <span className="row">
            <span>{nameIn(of.texts, i18n.language)}</span>
            <Badge tone={of.onSale ? 'good' : 'plain'}>{t(of.onSale ? 'products.onSale' : 'products.offSale')}</Badge>
          </span>
        }
        text={<Id of={of.id} />}
      >
        <Button kind="secondary" icon="edit" onPress={() => setAsked('texts')}>
          {t('products.edit')}
        </Button>
        <Button kind={of.onSale ? 'danger' : 'primary'} onPress={() => setAsked('sale')}>
          {t(of.onSale ? 'products.takeOff' : 'products.putOn')}
        </Button>
      </PageHead>
      <div className="columns">
        <Texts of={of} />
        <Panel title={t('products.pictures')}>
          <div className="pictures">
            {of.images.map((image) =>
              isElsewhere(image) ? (
                <code key={image}>{image}</code>
              ) : (
                <img key={image} src={image} alt="" width={120} height={120} />
              ),
            )}
            {of.images.length === 0 && <p className="soft small">{t('products.noPictures')}</p>}
          </div>
        </Panel>
      </div>
      <Variants of={of.variants} onNew={() => setAsked('variant')} onChange={(variant) => setAsked({ variant })} />
      {asked === 'texts' && <ChangeTexts product={of} onClose={close} />}
      {asked === 'sale' && <PutOnSale product={of} onClose={close} />}
      {asked === 'variant' && <NewVariant product={of} onClose={close} />}
      {typeof asked === 'object' && <ChangeVariant product={of} variant={asked.variant} onClose={close} />}
    </>
  );
}

function Texts({ of }: { readonly of: EditedProduct }): ReactNode {
  const { t } = useTranslation('console');
  return (
    <Panel title={t('products.texts')}>
      <div className="stack">
        <Facts
          of={[
            [t('field.category'), of.category],
            [t('field.changedAt'), <Moment key="at" at={of.updatedAt} />],
          ]}
        />
        {languages.map(({ code, name }) => {
          const text = of.texts[code];
          return (
            <div key={code} lang={text ? code : undefined}>
              <p className="soft small">{name}</p>
              {text ? (
                <>
                  <p>
                    <strong>{text.name}</strong>
                  </p>
                  <p className="small">{text.description}</p>
                </>
              ) : (
                <p className="small soft">{t('products.noText')}</p>
              )}
            </div>
          );
        })}
      </div>
    </Panel>
  );
}

function Variants(props: {
  readonly of: readonly Variant[];
  onNew(): void;
  onChange(variant: Variant): void;
}): ReactNode {
  const { t, i18n } = useTranslation('console');
  return (
    <Panel
      title={t('products.variants')}
      isPadded={false}
      aside={
        <Button size="s" kind="secondary" icon="plus" onPress={props.onNew}>
          {t('products.addVariant')}
        </Button>
      }
    >
      <DataTable
        caption={t('products.variants')}
        rows={props.of}
        idOf={({ sku }) => sku}
        columns={[
          column<Variant>('sku', t('field.sku'), ({ sku }) => <code>{sku}</code>),
          column<Variant>('name', t('field.name'), ({ names }) => inLanguage(names, i18n.language) ?? '–'),
          column<Variant>('price', t('field.price'), ({ price }) => <Money of={price} />, { end: true }),
          column<Variant>('sale', t('field.status'), ({ onSale }) => (
            <Badge tone={onSale ? 'good' : 'plain'}>{t(onSale ? 'products.onSale' : 'products.offSale')}</Badge>
          )),
          column<Variant>('acts', t('acts'), (variant) => (
            <div className="row-acts">
              <Button size="s" kind="secondary" onPress={() => props.onChange(variant)}>
                {t('products.change')}
                <span className="visually-hidden"> {variant.sku}</span>
              </Button>
            </div>
          )),
        ]}
      />
    </Panel>
  );
}
