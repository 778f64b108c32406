import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { adjustStock, listStock, type StockLevel } from '#contracts/http/inventory.ts';
import { useApiList } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Badge } from '../../ui/badges.tsx';
import { Checkbox, TextInput } from '../../ui/fields.tsx';
import { formatNumber } from '../../ui/format.ts';
import { ActDialog, ReasonInput } from '../parts/ActDialog.tsx';
import { given, useFilters } from '../parts/address.ts';
import { FilterBar, FilterChoice, FilterText } from '../parts/FilterBar.tsx';
import { column, Listing } from '../parts/Listing.tsx';
import { PageHead } from '../parts/page.tsx';

const lows = ['0', '10', '50'] as const;

export function Stock(): ReactNode {
  const { t } = useTranslation('console');
  const filters = useFilters();
  const { q, low } = filters.values;
  const [chosen, setChosen] = useState<StockLevel | 'new'>();
  const levels = useApiList(listStock, { query: given({ q, low: low ? Number(low) : undefined, limit: 50 }) });
  const count = (id: 'onHand' | 'reserved' | 'sold') =>
    column<StockLevel>(id, t(`stock.${id}`), (level) => formatNumber(level[id]), { end: true });
  return (
    <>
      <PageHead title={t('pages.stock')} text={t('stock.text')}>
        <Button icon="plus" onPress={() => setChosen('new')}>
          {t('stock.receive')}
        </Button>
      </PageHead>
      <FilterBar filters={filters}>
        <FilterText filters={filters} name="q" label={t('stock.search')} isWide />
        <FilterChoice
          filters={filters}
          name="low"
          label={t('stock.available')}
          options={lows.map((value) => ({
            value,
            text: value === '0' ? t('stock.soldOut') : t('stock.atMost', { value }),
          }))}
        />
      </FilterBar>
      <Listing
        of={levels}
        caption={t('pages.stock')}
        idOf={({ sku }) => sku}
        blank={{ icon: 'box', title: t('stock.none'), text: t('stock.noneText') }}
        columns={[
          column<StockLevel>('sku', t('field.sku'), ({ sku }) => <code>{sku}</code>),
          column<StockLevel>(
            'available',
            t('stock.available'),
            ({ available }) => (
              <span className="badge-line end-line">
                {available === 0 && <Badge tone="bad">{t('stock.soldOut')}</Badge>}
                {available > 0 && available <= 10 && <Badge tone="warn">{t('stock.isLow')}</Badge>}
                <strong className="number">{formatNumber(available)}</strong>
              </span>
            ),
            { end: true },
          ),
          count('reserved'),
          count('onHand'),
          count('sold'),
          column<StockLevel>('acts', t('acts'), (level) => (
            <div className="row-acts">
              <Button size="s" kind="secondary" onPress={() => setChosen(level)}>
                {t('stock.adjust')}
                <span className="visually-hidden"> {level.sku}</span>
              </Button>
            </div>
          )),
        ]}
      />
      {chosen && <Adjust level={chosen} onClose={() => setChosen(undefined)} />}
    </>
  );
}

function Adjust({ level, onClose }: { readonly level: StockLevel | 'new'; onClose(): void }): ReactNode {
  const { t } = useTranslation('console');
  const [sku, setSku] = useState(level === 'new' ? '' : level.sku);
  return (
    <ActDialog
      title={level === 'new' ? t('stock.receive') : t('stock.adjustOf', { sku })}
      text={
        level === 'new'
          ? t('stock.receiveText')
          : t('stock.now', { onHand: level.onHand, reserved: level.reserved, available: level.available })
      }
      submit={t('stock.adjust')}
      operation={adjustStock}
      params={{ sku }}
      schema={async () => (await import('../schemas.ts')).adjustStock.body}
      initial={{ delta: '', reason: '', lost: false }}
      bodyOf={({ delta, reason, lost }) => ({
        delta: /^\s*[+−-]?\d+\s*$/.test(delta) ? Number(delta.replace('−', '-')) : Number.NaN,
        reason,
        ...(lost && { lost: true }),
      })}
      done={t('done')}
      onClose={onClose}
    >
      {(form) => (
        <>
          {level === 'new' && <TextInput label={t('field.sku')} value={sku} onChange={setSku} isRequired />}
          <TextInput
            label={t('stock.delta')}
            hint={t('stock.deltaHint')}
            value={form.values.delta}
            onChange={(value) => form.set('delta', value)}
            error={form.errorOf('/delta')}
          />
          {level !== 'new' && (
            <Checkbox isSelected={form.values.lost} onChange={(value) => form.set('lost', value)}>
              {t('stock.lost')}
            </Checkbox>
          )}
          <ReasonInput form={form} />
        </>
      )}
    </ActDialog>
  );
}
