import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { discardDeadLetters, retryDeadLetters } from '#contracts/http/gateway.ts';
import { type Answered, call } from '../../../ui/api/call.ts';
import { ApiProblem } from '../../../ui/api/problem.ts';
import { SelectInput, TextInput } from '../../../ui/fields.tsx';
import { formatNumber } from '../../../ui/format.ts';
import { ProblemNotice, Skeleton } from '../../../ui/states.tsx';
import { ActDialog, ReasonInput } from '../../parts/ActDialog.tsx';
import { useWords } from '../../parts/words.ts';
import { messageName } from '../case/Steps.tsx';

interface Filter {
  readonly service?: string;
  readonly type?: string;
  readonly key?: string;
}

interface Asked {
  /** That of the list. */
  readonly filter: Filter;
  onClose(): void;
}

type Status = 'PARKED' | 'RETRYING';

/** All letters that the list's filter finds, retried at a rate; first it says which they are. */
export function BulkRetry({ filter, onClose }: Asked): ReactNode {
  const { t } = useTranslation('console');
  return (
    <ActDialog
      title={t('deadLetters.retryBulk')}
      text={t('deadLetters.bulkText')}
      submit={t('deadLetters.retryAll')}
      operation={retryDeadLetters}
      schema={async () => (await import('../../schemas.ts')).retryDeadLetters.body}
      initial={{ status: 'PARKED' as Status, rate: '10', reason: '' }}
      bodyOf={({ status, rate, reason }) => ({
        ...filter,
        status,
        reason,
        ...(rate.trim() !== '' && { ratePerSecond: Number(rate) }),
      })}
      done={t('deadLetters.retried')}
      onClose={onClose}
    >
      {(form) => (
        <>
          <div className="form-grid">
            <StatusInput value={form.values.status} onChange={(status) => form.set('status', status)} />
            <TextInput
              label={t('deadLetters.rate')}
              inputMode="decimal"
              value={form.values.rate}
              onChange={(rate) => form.set('rate', rate)}
              error={form.errorOf('/ratePerSecond')}
            />
          </div>
          <Chosen
            title="wouldRetry"
            of={{ ...filter, status: form.values.status }}
            look={(signal) =>
              call(retryDeadLetters, { body: { ...filter, status: form.values.status, dryRun: true } }, signal)
            }
          />
          <ReasonInput form={form} isOptional />
        </>
      )}
    </ActDialog>
  );
}

/** All letters that the list's filter finds, settled without their effect; first it says which they are. */
export function BulkDiscard({ filter, onClose }: Asked): ReactNode {
  const { t } = useTranslation('console');
  return (
    <ActDialog
      title={t('deadLetters.discardBulk')}
      text={t('deadLetters.discardBulkText')}
      submit={t('deadLetters.discardAll')}
      isDanger
      operation={discardDeadLetters}
      schema={async () => (await import('../../schemas.ts')).discardDeadLetters.body}
      initial={{ status: 'PARKED' as Status, reason: '' }}
      bodyOf={({ status, reason }) => ({ ...filter, status, reason })}
      done={t('deadLetters.discarded')}
      onClose={onClose}
    >
      {(form) => (
        <>
          <StatusInput value={form.values.status} onChange={(status) => form.set('status', status)} />
          <Chosen
            title="wouldDiscard"
            of={{ ...filter, status: form.values.status }}
            look={(signal) =>
              call(
                discardDeadLetters,
                { body: { ...filter, status: form.values.status, dryRun: true, reason: '–' } },
                signal,
              )
            }
          />
          <ReasonInput form={form} />
        </>
      )}
    </ActDialog>
  );
}

function StatusInput(props: { readonly value: Status; onChange(status: Status): void }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  return (
    <SelectInput<Status>
      label={t('field.status')}
      {...props}
      options={(['PARKED', 'RETRYING'] as const).map((value) => ({ value, text: words('status', value) }))}
    />
  );
}

/** Which letters it would be: `look` is the act's own dry run. */
function Chosen(props: {
  readonly title: 'wouldRetry' | 'wouldDiscard';
  readonly of: Filter & { readonly status: Status };
  look(signal: AbortSignal): Promise<Answered<typeof discardDeadLetters>>;
}): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  const { data, error } = useQuery({
    queryKey: [props.title, props.of],
    queryFn: ({ signal }) => props.look(signal),
    staleTime: 0,
  });
  if (error instanceof ApiProblem) return <ProblemNotice problem={error} />;
  if (!data) return <Skeleton height="4rem" />;
  return (
    <section className="rehearsal" aria-live="polite">
      <h3 className="small">{t(`deadLetters.${props.title}`, { count: data.count })}</h3>
      <ul className="steps">
        {data.groups.map(({ service, type, count }) => (
          <li key={`${service} ${type}`}>
            <span className="grow">
              {words('service', service)} · {words('message', messageName(type))}
            </span>
            <strong className="number">{formatNumber(count)}</strong>
          </li>
        ))}
      </ul>
    </section>
  );
}
