import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ActionStep } from '#contracts/http/operator.ts';
import { formatMoney } from '../../../ui/format.ts';
import { Icon, type IconName } from '../../../ui/icons.tsx';
import { useWords, type Words } from '../../parts/words.ts';

const icons: Readonly<Record<ActionStep['kind'], IconName>> = {
  state: 'check',
  money: 'wallet',
  stock: 'box',
  notice: 'bell',
  message: 'external',
  call: 'phone',
  trail: 'clock',
};

/** What an act would do, step by step. */
export function StepList({ steps }: { readonly steps: readonly ActionStep[] }): ReactNode {
  const { t } = useTranslation('console');
  const words = useWords();
  return (
    <ol className="steps">
      {steps.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step has no name, and they never move
        <li key={index}>
          <Icon name={icons[step.kind]} size={16} />
          <span>
            {t(`steps.${step.code.replaceAll('.', '_')}` as 'steps.trail', {
              ...factsOf(step, words),
              defaultValue: step.text,
            })}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** The facts of a step in words. */
function factsOf({ facts, code }: ActionStep, words: Words): Readonly<Record<string, string>> {
  const { from, to, amount, type, whom, what, verdict } = facts;
  const status = (value: unknown): string => (typeof value === 'string' ? words('status', value) : '–');
  return {
    from: status(from),
    to: status(to),
    amount: isMoney(amount) ? formatMoney(amount) : words('amount', 'all'),
    message: typeof type === 'string' ? words('message', messageName(type)) : '',
    whom: typeof whom === 'string' ? words('service', whom) : '',
    what: typeof what === 'string' ? what : '',
    verdict: typeof verdict === 'string' ? words('verdict', verdict) : '',
    ...(code.endsWith('.status') && from === null && { context: 'new' }),
  };
}

function isMoney(value: unknown): value is { readonly amount: number; readonly currency: string } {
  return typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value;
}

/** `ordering.order-paid` is called OrderPaid. */
export function messageName(type: string): string {
  const name = type.slice(type.indexOf('.') + 1);
  return name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}
