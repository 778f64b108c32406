import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Icon, type IconName } from './icons.tsx';

export interface ButtonProps extends Omit<AriaButtonProps, 'children' | 'className'> {
  readonly kind?: 'primary' | 'secondary' | 'quiet' | 'danger';
  readonly size?: 's' | 'm';
  readonly wide?: boolean;
  readonly icon?: IconName;
  readonly children: ReactNode;
}

/** While it is pending it can be reached by keyboard and does nothing. */
export function Button({
  kind = 'primary',
  size = 'm',
  wide,
  icon,
  isPending = false,
  onPress,
  children,
  ...rest
}: ButtonProps): ReactNode {
  const { t } = useTranslation('ui');
  return (
    <AriaButton
      {...rest}
      className="button"
      data-kind={kind}
      data-size={size}
      data-wide={wide || undefined}
      data-pending={isPending || undefined}
      {...(isPending && { type: 'button' as const, 'aria-disabled': true })}
      {...(onPress && !isPending && { onPress })}
    >
      {isPending ? <span className="spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
      {children}
      {isPending && <span className="visually-hidden">{t('working')}</span>}
    </AriaButton>
  );
}

/** A picture alone; `label` is what it is called. */
export function IconButton({
  icon,
  label,
  ...rest
}: Omit<AriaButtonProps, 'children' | 'className'> & { readonly icon: IconName; readonly label: string }): ReactNode {
  return (
    <AriaButton {...rest} className="icon-button" aria-label={label}>
      <Icon name={icon} />
    </AriaButton>
  );
}
