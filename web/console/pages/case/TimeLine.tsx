import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CaseEntry } from '#contracts/http/operator.ts';
import { Badge } from '../../../ui/badges.tsx';
import { useFilters } from '../../parts/address.ts';
import { Facts, Id, Panel, Raw } from '../../parts/page.tsx';
import { formatExactly, Moment } from '../../parts/time.tsx';
import { useWords } from '../../parts/words.ts';
import { summaryOf, titleOf, toneOf } from './entry.ts';

const views = {
  story: ['transition', 'act', 'dead_letter', 'attempt', 'refund', 'shipment', 'callback'],
  money: ['payment', 'attempt', 'callback', 'journal', 'refund'],
  messages: ['message', 'transition', 'dead_letter'],
  calls: ['call'],
  notices: ['notification', 'mail'],
} as const satisfies Readonly<Record<string, readonly CaseEntry['kind'][]>>;

type View = keyof typeof views;

/** Everything that all services recorded, by time; each entry opens to its raw form. */
export function TimeLine({ entries }: { readonly entries: readonly CaseEntry[] }): ReactNode {
  const { t } = useTranslation('console');
  const filters = useFilters();
  const view = filters.values.show as View | undefined;
  const kinds: readonly string[] | undefined = view && views[view];
  const shown = kinds ? entries.filter(({ kind }) => kinds.includes(kind)) : entries;
  return (
    <Panel
      title={t('case.timeLine')}
      isPadded={false}
      aside={
        <fieldset className="chips" aria-label={t('case.show')}>
          <Chip isOn={view === undefined} onPress={() => filters.set({ show: '' })} count={entries.length}>
            {t('case.view.all')}
          </Chip>
          {(Object.keys(views) as View[]).map((name) => (
            <Chip
              key={name}
              isOn={view === name}
              onPress={() => filters.set({ show: name })}
              count={entries.filter(({ kind }) => (views[name] as readonly string[]).includes(kind)).length}
            >
              {t(`case.view.${name}`)}
            </Chip>
          ))}
        </fieldset>
      }
    >
      {shown.length === 0 ? (
        <p className="padded soft small">{t('case.nothing')}</p>
      ) : (
        <ol className="time-line">
          {shown.map((entry, index) => (
            <Entry key={entry.id} entry={entry} isNewDay={isNewDay(shown[index - 1], entry)} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

function isNewDay(before: CaseEntry | undefined, { at }: CaseEntry): boolean {
  return before === undefined || new Date(before.at).toDateString() !== new Date(at).toDateString();
}

function Chip(props: {
  readonly isOn: boolean;
  onPress(): void;
  readonly count: number;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <button type="button" className="chip" aria-pressed={props.isOn} onClick={props.onPress}>
      {props.children} <span className="number">{props.count}</span>
    </button>
  );
}

function Entry({ entry, isNewDay: isFirst }: { readonly entry: CaseEntry; readonly isNewDay: boolean }): ReactNode {
  const { t } = useTranslation(['console', 'ui']);
  const words = useWords();
  const [isOpen, setOpen] = useState(false);
  const { at, service, kind, status } = entry;
  return (
    <li data-kind={kind}>
      {isFirst && (
        <p className="time-line-day">{formatExactly(at, 'seconds').replace(/[ ,，]*\d{2}:\d{2}:\d{2}$/, '')}</p>
      )}
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <Moment at={at} isPrecise />
          <span className="time-line-service" data-service={service}>
            {words('service', service)}
          </span>
          <span className="time-line-what">
            <span className="time-line-title">{titleOf(entry, t, words)}</span>{' '}
            <span className="soft">{summaryOf(entry, t, words)}</span>
          </span>
          {status && kind !== 'journal' && (
            <Badge tone={toneOf(status)}>{/^\d+$/.test(status) ? status : words('status', status)}</Badge>
          )}
        </summary>
        {isOpen && <Opened entry={entry} />}
      </details>
    </li>
  );
}

function Opened({ entry }: { readonly entry: CaseEntry }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const { kind, title, cause, traceId, from, to = [], raw } = entry;
  const facts: (readonly [string, ReactNode])[] = [
    [t('case.kind'), words('record', kind)],
    [t('case.name'), <code key="name">{title}</code>],
  ];
  if (from) facts.push([t('case.from'), words('service', from)]);
  if (to.length > 0) facts.push([t('case.to'), to.map((service) => words('service', service)).join(t('comma'))]);
  if (cause) facts.push([t('case.cause'), <Id key="cause" of={cause} />]);
  if (traceId) facts.push([t('case.trace'), <Id key="trace" of={traceId} />]);
  return (
    <div className="time-line-open stack-s">
      <Facts of={facts} />
      <Raw of={raw} />
    </div>
  );
}
