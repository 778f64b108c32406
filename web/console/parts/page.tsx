import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../ui/states.tsx';
import { useWords } from './words.ts';

/** A page's title, what it is about, and what can be done on it. */
export function PageHead(props: {
  readonly title: ReactNode;
  readonly text?: ReactNode;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <div className="page-head">
      <div className="grow">
        <h1>{props.title}</h1>
        {props.text && <div className="soft small">{props.text}</div>}
      </div>
      {props.children && <div className="row">{props.children}</div>}
    </div>
  );
}

/** A part of a page with its own heading. */
export function Panel(props: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly isPadded?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{props.title}</h2>
        {props.aside}
      </div>
      <div className={props.isPadded === false ? undefined : 'panel-body'}>{props.children}</div>
    </section>
  );
}

/** Names and values below each other. */
export function Facts({ of }: { readonly of: readonly (readonly [string, ReactNode])[] }): ReactNode {
  return (
    <dl className="facts">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Services that did not answer: what is shown is the rest. */
export function MissingNotice({ of }: { readonly of: readonly { readonly service: string }[] }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  if (of.length === 0) return null;
  const services = of.map(({ service }) => words('service', service)).join(t('comma'));
  return <Notice tone="warn">{t('missing', { services })}</Notice>;
}

/** A value as it is kept, for who wants to see it to the last field. */
export function Raw({ of }: { readonly of: unknown }): ReactNode {
  const { t } = useTranslation('console');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className="raw" tabIndex={0} aria-label={t('raw')}>
      <pre>{JSON.stringify(of, null, 2)}</pre>
    </section>
  );
}

/** An identifier: in full where it is asked for, short where it stands in a table. */
export function Id({ of, isShort = false }: { readonly of: string; readonly isShort?: boolean }): ReactNode {
  const text = isShort && of.length > 16 ? `${of.slice(0, 4)}…${of.slice(-6)}` : of;
  return (
    <code className="id" title={of}>
      {text}
    </code>
  );
}
