import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { listSettings } from '#contracts/http/operator.ts';
import type { Answered } from '../../ui/api/call.ts';
import { useApi } from '../../ui/api/query.ts';
import { Badge } from '../../ui/badges.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { Loaded, Skeleton } from '../../ui/states.tsx';
import { useFilters } from '../parts/address.ts';
import { FilterBar, FilterText } from '../parts/FilterBar.tsx';
import { column } from '../parts/Listing.tsx';
import { MissingNotice, PageHead, Panel } from '../parts/page.tsx';
import { type Help, useSettingHelp } from '../parts/settingHelp.ts';
import { useWords } from '../parts/words.ts';

type Setting = Answered<typeof listSettings>['data'][number]['settings'][number];

/** Settings as they are in force. They are changed where the platform is started. */
export function Settings(): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const filters = useFilters();
  const wanted = (filters.values.q ?? '').toLowerCase();
  const found = useApi(listSettings);
  const helpOf = useSettingHelp();
  const matches = (setting: Setting): boolean =>
    `${setting.name} ${helpOf(setting).text}`.toLowerCase().includes(wanted);
  return (
    <>
      <PageHead title={t('pages.settings')} text={t('settings.text')} />
      <FilterBar filters={filters}>
        <FilterText filters={filters} name="q" label={t('settings.search')} isWide />
      </FilterBar>
      <Loaded of={found} waiting={<Skeleton height="14rem" count={2} />}>
        {({ data, missing }) => (
          <>
            <MissingNotice of={missing} />
            {data
              .map(({ service, settings }) => ({ service, settings: settings.filter(matches) }))
              .filter(({ settings }) => settings.length > 0)
              .map(({ service, settings }) => (
                <Panel key={service} title={words('service', service)} isPadded={false}>
                  <SettingTable caption={words('service', service)} settings={settings} />
                </Panel>
              ))}
          </>
        )}
      </Loaded>
    </>
  );
}

function SettingName({ name, help }: { readonly name: string; readonly help: Help }): ReactNode {
  return (
    <div className="setting">
      <code>{name}</code>
      <span className="soft small" lang={help.isEnglish ? 'en' : undefined}>
        {help.text.split('`').map((part, index) =>
          // Every other one stood between backticks.
          index % 2 === 1 ? <code key={part}>{part}</code> : part,
        )}
      </span>
    </div>
  );
}

function SettingTable({ caption, settings }: { readonly caption: string; readonly settings: Setting[] }): ReactNode {
  const { t } = useTranslation('console');
  const helpOf = useSettingHelp();
  return (
    <DataTable
      caption={caption}
      rows={settings}
      idOf={({ name }) => name}
      columns={[
        column<Setting>('name', t('settings.name'), (setting) => (
          <SettingName name={setting.name} help={helpOf(setting)} />
        )),
        column<Setting>('value', t('settings.value'), ({ value, secret, set }) => (
          <span className="setting-value">
            {secret ? t(set ? 'settings.hidden' : 'settings.none') : (value ?? t('settings.none'))}
          </span>
        )),
        column<Setting>('default', t('settings.default'), (row) => (
          <span className="setting-value soft">{row.default ?? '–'}</span>
        )),
        column<Setting>('set', t('settings.from'), ({ set }) => (
          <Badge tone={set ? 'info' : 'plain'}>{t(set ? 'settings.set' : 'settings.usual')}</Badge>
        )),
      ]}
    />
  );
}
