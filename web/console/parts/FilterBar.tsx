import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/icons.tsx';
import type { Filters } from './address.ts';

/** Above a list: what it is narrowed by, and the way back. */
export function FilterBar({
  filters,
  children,
}: {
  readonly filters: Filters;
  readonly children: ReactNode;
}): ReactNode {
  const { t } = useTranslation('console');
  return (
    <search className="filters">
      {children}
      {filters.areSet && (
        <Button kind="quiet" size="s" icon="close" onPress={filters.clear}>
          {t('filter.clear')}
        </Button>
      )}
    </search>
  );
}

/** Typed text is looked for after a breath, or at once with Enter. */
export function FilterText(props: {
  readonly filters: Filters;
  readonly name: string;
  readonly label: string;
  readonly isWide?: boolean;
  readonly inputMode?: 'decimal' | 'numeric';
}): ReactNode {
  const { filters, name, label } = props;
  const current = filters.values[name] ?? '';
  const [text, setText] = useState(current);
  useEffect(() => setText(current), [current]);
  const apply = (value: string): void => {
    if (value.trim() !== current) filters.set({ [name]: value.trim() });
  };
  useEffect(() => {
    const timer = setTimeout(() => apply(text), 400);
    return () => clearTimeout(timer);
  });
  return (
    <label className="filter" data-wide={props.isWide || undefined}>
      <span>{label}</span>
      <span className="filter-text">
        {props.isWide && <Icon name="search" size={16} />}
        <input
          className="input"
          type={props.isWide ? 'search' : 'text'}
          inputMode={props.inputMode}
          value={text}
          maxLength={200}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && apply(text)}
        />
      </span>
    </label>
  );
}

export function FilterChoice(props: {
  readonly filters: Filters;
  readonly name: string;
  readonly label: string;
  /** What is chosen when nothing is; without it everything is shown. */
  readonly anyText?: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
}): ReactNode {
  const { t } = useTranslation('console');
  const { filters, name, label, options } = props;
  return (
    <label className="filter">
      <span>{label}</span>
      <select
        className="input"
        value={filters.values[name] ?? ''}
        onChange={(event) => filters.set({ [name]: event.target.value })}
      >
        <option value="">{props.anyText ?? t('filter.any')}</option>
        {options.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

export function FilterDay(props: {
  readonly filters: Filters;
  readonly name: string;
  readonly label: string;
}): ReactNode {
  const { filters, name, label } = props;
  return (
    <label className="filter">
      <span>{label}</span>
      <input
        className="input"
        type="date"
        value={filters.values[name] ?? ''}
        onChange={(event) => filters.set({ [name]: event.target.value })}
      />
    </label>
  );
}
