import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Difference, reconcile, resolveDifference, uploadBill } from '#contracts/http/reconciliation.ts';
import type { Operation } from '#contracts/operation.ts';
import { Dialog } from '../../../ui/Dialog.tsx';
import { SelectInput, TextInput } from '../../../ui/fields.tsx';
import type { Form } from '../../../ui/forms/form.ts';
import { ActDialog, ReasonInput } from '../../parts/ActDialog.tsx';
import { FileInput } from '../../parts/FileInput.tsx';
import { Raw } from '../../parts/page.tsx';
import { useWords } from '../../parts/words.ts';

export function Reconcile({ onClose }: { onClose(): void }): ReactNode {
  const { t } = useTranslation('console');
  return (
    <ActDialog
      title={t('reconciliation.start')}
      text={t('reconciliation.startText')}
      submit={t('reconciliation.start')}
      operation={reconcile}
      schema={async () => (await import('../../schemas.ts')).reconcile.body}
      initial={{ provider: 'wechat' as Difference['provider'], day: '' }}
      bodyOf={(values) => values}
      done={t('done')}
      onClose={onClose}
    >
      {(form) => <WhichBill form={form} />}
    </ActDialog>
  );
}

/** A bill that somebody has downloaded at the provider: where it cannot be fetched, or was corrected. */
export function UploadBill({ onClose }: { onClose(): void }): ReactNode {
  const { t } = useTranslation('console');
  const [file, setFile] = useState<File>();
  return (
    <ActDialog<Operation, Which>
      title={t('reconciliation.upload')}
      text={t('reconciliation.uploadText')}
      submit={t('reconciliation.upload')}
      operation={uploadBill}
      schema={async () => (await import('../../schemas.ts')).billFile}
      initial={{ provider: 'wechat', day: '' }}
      bodyOf={(values) => ({ ...values, ...(file && { file: file.name }) })}
      inputOf={({ provider, day }: Which) => ({ query: { provider, day }, ...(file && { file }) })}
      done={t('done')}
      onClose={onClose}
    >
      {(form) => (
        <>
          <WhichBill form={form} />
          <FileInput
            label={t('reconciliation.file')}
            file={file}
            onChange={setFile}
            error={(file ? undefined : form.errorOf('/file')) ?? form.errorOf('/body')}
          />
        </>
      )}
    </ActDialog>
  );
}

interface Which {
  readonly provider: Difference['provider'];
  readonly day: string;
}

function WhichBill({ form }: { readonly form: Form<Which> }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  return (
    <div className="form-grid">
      <SelectInput<Difference['provider']>
        label={t('field.provider')}
        value={form.values.provider}
        onChange={(provider) => form.set('provider', provider)}
        options={(['wechat', 'alipay', 'card'] as const).map((value) => ({ value, text: words('method', value) }))}
      />
      <TextInput
        label={t('field.day')}
        type="date"
        value={form.values.day}
        onChange={(day) => form.set('day', day)}
        error={form.errorOf('/day') ?? form.errorOf('/query/day') ?? form.errorOf('/body/day')}
      />
    </div>
  );
}

interface Asked {
  readonly difference: Difference;
  onClose(): void;
}

export function Resolve({ difference, onClose }: Asked): ReactNode {
  const { t } = useTranslation('console');
  return (
    <ActDialog
      title={t('reconciliation.resolve')}
      text={t('reconciliation.resolveText')}
      submit={t('reconciliation.resolve')}
      operation={resolveDifference}
      params={{ id: difference.id }}
      schema={async () => (await import('../../schemas.ts')).resolveDifference.body}
      initial={{ reason: '' }}
      bodyOf={({ reason }) => ({ reason })}
      done={t('done')}
      onClose={onClose}
    >
      {(form) => <ReasonInput form={form} />}
    </ActDialog>
  );
}

/** The provider's line as it stood, and what we have under its number. */
export function Evidence({ difference, onClose }: Asked): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  return (
    <Dialog title={words('difference', difference.kind)} isOpen size="l" onClose={onClose}>
      <p className="soft small">{t('reconciliation.evidence')}</p>
      <Raw of={difference} />
    </Dialog>
  );
}
