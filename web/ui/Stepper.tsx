import type { ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { Group } from 'react-aria-components/Group';
import { Input } from 'react-aria-components/Input';
import { NumberField } from 'react-aria-components/NumberField';
import { useTranslation } from 'react-i18next';

/** A whole number between bounds, by buttons, arrows or typing. */
export function Stepper(props: {
  readonly label: string;
  readonly value: number;
  readonly max: number;
  readonly min?: number;
  readonly isDisabled?: boolean;
  onChange(value: number): void;
}): ReactNode {
  const { t } = useTranslation('ui');
  return (
    <NumberField
      aria-label={props.label}
      value={props.value}
      minValue={props.min ?? 1}
      maxValue={Math.max(props.min ?? 1, props.max)}
      isDisabled={props.isDisabled ?? false}
      onChange={(value) => Number.isInteger(value) && props.onChange(value)}
    >
      <Group className="stepper">
        <Button slot="decrement" aria-label={t('less')}>
          −
        </Button>
        <Input />
        <Button slot="increment" aria-label={t('plus')}>
          +
        </Button>
      </Group>
    </NumberField>
  );
}
