import type { CheckedMethod } from '#services/payment/service.ts';

const names: Readonly<Record<CheckedMethod['method'], string>> = {
  wechat: 'WeChat Pay',
  alipay: 'Alipay',
  card: 'Cards (Stripe)',
};

/** A line for each thing that was looked at, with what to do where it is wrong. */
export function checkedText(checked: readonly CheckedMethod[], warnings: readonly string[]): string {
  const lines = checked.flatMap(({ method, state, findings }) => {
    if (state === 'off') return [`${names[method]}: not set up, not offered`];
    const found = findings.flatMap(({ what, ok, advice }) => [
      `  ${ok ? 'ok   ' : 'WRONG'}  ${what}`,
      ...(advice === null ? [] : [`         ${advice}`]),
    ]);
    return [`${names[method]}:`, ...found];
  });
  return [...lines, ...warnings.map((warning) => `warning: ${warning}`), ''].join('\n');
}
