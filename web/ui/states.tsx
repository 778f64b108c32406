import type { TFunction } from 'i18next';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiProblem } from './api/problem.ts';
import { Button } from './Button.tsx';
import { Icon, type IconName } from './icons.tsx';

type Tone = 'good' | 'warn' | 'bad' | 'info' | 'plain';

const toneIcons: Readonly<Record<Tone, IconName>> = {
  good: 'success',
  warn: 'alert',
  bad: 'failure',
  info: 'info',
  plain: 'info',
};

/** A panel that tells something and says what can be done; `role="alert"` where it comes by itself. */
export function Notice(props: {
  readonly tone?: Tone;
  readonly title?: string;
  readonly isAlert?: boolean;
  readonly children?: ReactNode;
}): ReactNode {
  const tone = props.tone ?? 'info';
  const panel = useRef<HTMLDivElement>(null);
  const isAlert = props.isAlert ?? false;
  // On a phone what was pressed may be a screen away from where it is told why it did not work.
  useEffect(() => {
    if (isAlert) panel.current?.scrollIntoView({ block: 'nearest' });
  }, [isAlert]);
  return (
    <div ref={panel} className="notice" data-tone={tone} role={isAlert ? 'alert' : undefined}>
      <Icon name={toneIcons[tone]} size={22} />
      <div className="stack-s grow">
        {props.title && <p className="notice-title">{props.title}</p>}
        {props.children}
      </div>
    </div>
  );
}

/** A problem in words; codes are never shown. */
export function problemText(t: TFunction<'ui'>, problem: ApiProblem): string {
  return t(`problem.${problem.code}`, { defaultValue: t('problem.other') });
}

/** A problem as a panel, with the way to try again where there is one. */
export function ProblemNotice({ problem, onRetry }: { readonly problem: ApiProblem; onRetry?(): void }): ReactNode {
  const { t } = useTranslation('ui');
  return (
    <Notice tone="bad" isAlert>
      <p>{problemText(t, problem)}</p>
      {problem.status >= 500 && problem.traceId && (
        <p className="small soft">{t('reference', { traceId: problem.traceId })}</p>
      )}
      {onRetry && (
        <div>
          <Button kind="secondary" size="s" icon="refresh" onPress={onRetry}>
            {t('retry')}
          </Button>
        </div>
      )}
    </Notice>
  );
}

/** Nothing here, and what to do about it; `isPage` where there is no other heading. */
export function Blank(props: {
  readonly isPage?: boolean;
  readonly icon: IconName;
  readonly title: string;
  readonly text?: string;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <div className="blank">
      <Icon name={props.icon} size={56} />
      {props.isPage ? <h1>{props.title}</h1> : <h2>{props.title}</h2>}
      {props.text && <p>{props.text}</p>}
      {props.children}
    </div>
  );
}

/** Room for what is on its way, as large as that will be. */
export function Skeleton({ height, count = 1 }: { readonly height: string; readonly count?: number }): ReactNode {
  const { t } = useTranslation('ui');
  return (
    <div className="stack" role="status" aria-label={t('loading')}>
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike and never move
        <div key={index} className="skeleton" style={{ height }} />
      ))}
    </div>
  );
}

interface Asked<Data> {
  readonly data: Data | undefined;
  readonly error: ApiProblem | null;
  refetch(): unknown;
}

/** What was asked for, or why it is not there yet: waiting, or a problem with the way to try again. */
export function Loaded<Data>(props: {
  readonly of: Asked<Data>;
  readonly waiting: ReactNode;
  children(data: Data): ReactNode;
}): ReactNode {
  const { data, error, refetch } = props.of;
  if (data !== undefined) return props.children(data);
  if (error) return <ProblemNotice problem={error} onRetry={() => void refetch()} />;
  return props.waiting;
}
