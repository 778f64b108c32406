import type { ReactNode } from 'react';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button.tsx';

/** One file of the person's own; the browser's own button would speak the browser's language. */
export function FileInput(props: {
  readonly label: string;
  readonly file: File | undefined;
  onChange(file: File): void;
  readonly error?: string | undefined;
}): ReactNode {
  const { t } = useTranslation('console');
  const { file, error } = props;
  return (
    <fieldset className="field file-input" aria-invalid={error !== undefined}>
      <legend className="field-label">{props.label}</legend>
      <div className="row">
        <FileTrigger onSelect={(files) => files?.[0] && props.onChange(files[0])}>
          <Button kind="secondary" size="s">
            {t('file.choose')}
          </Button>
        </FileTrigger>
        <span className="clip small soft" aria-live="polite">
          {file?.name ?? t('file.none')}
        </span>
      </div>
      {error && <p className="field-error">{error}</p>}
    </fieldset>
  );
}
