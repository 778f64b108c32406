import type { ReactNode } from 'react';
import { Checkbox as AriaCheckbox } from 'react-aria-components/Checkbox';
import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Radio, RadioGroup } from 'react-aria-components/RadioGroup';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField, type TextFieldProps } from 'react-aria-components/TextField';
import { useTranslation } from 'react-i18next';
import { Icon } from './icons.tsx';

interface FieldProps extends Omit<TextFieldProps, 'children' | 'className'> {
  readonly label: string;
  readonly error?: string | undefined;
  readonly hint?: string;
  readonly isOptional?: boolean;
  readonly className?: string;
  readonly placeholder?: string;
  readonly rows?: number;
}

/** One line of text, or several with `rows`; `error` stands below it and is read out with it. */
export function TextInput({
  label,
  error,
  hint,
  isOptional,
  className,
  placeholder,
  rows,
  ...rest
}: FieldProps): ReactNode {
  const { t } = useTranslation('ui');
  return (
    <TextField
      {...rest}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      className={className ? `field ${className}` : 'field'}
    >
      <Label>
        {label}
        {isOptional && <span className="optional"> · {t('optional')}</span>}
      </Label>
      {rows === undefined ? (
        <Input className="input" placeholder={placeholder ?? ''} />
      ) : (
        <TextArea className="input" rows={rows} placeholder={placeholder ?? ''} />
      )}
      {hint && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </TextField>
  );
}

export function Checkbox(props: {
  readonly isSelected: boolean;
  onChange(isSelected: boolean): void;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <AriaCheckbox isSelected={props.isSelected} onChange={props.onChange} className="checkbox">
      <span className="box">
        <Icon name="check" size={14} />
      </span>
      <span>{props.children}</span>
    </AriaCheckbox>
  );
}

/** One of several, each with room to say what it is. */
export function Choices<Value extends string>(props: {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly value: Value | undefined;
  onChange(value: Value): void;
  readonly options: readonly { readonly value: Value; readonly content: ReactNode; readonly isDisabled?: boolean }[];
}): ReactNode {
  return (
    <RadioGroup className="field" value={props.value ?? null} onChange={(value) => props.onChange(value as Value)}>
      <Label className={props.isLabelHidden ? 'visually-hidden' : 'field-label'}>{props.label}</Label>
      <div className="choices">
        {props.options.map(({ value, content, isDisabled = false }) => (
          <Radio key={value} value={value} isDisabled={isDisabled} className="choice">
            <span className="dot" aria-hidden="true" />
            <span className="grow">{content}</span>
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}

/** One of a list: the system's own, which every phone shows well. */
export function SelectInput<Value extends string>(props: {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly value: Value;
  onChange(value: Value): void;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
}): ReactNode {
  return (
    <label className="field">
      <span className={props.isLabelHidden ? 'visually-hidden' : 'field-label'}>{props.label}</span>
      <select className="input" value={props.value} onChange={(event) => props.onChange(event.target.value as Value)}>
        {props.options.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
