import { type Breakage, breaking, type Scene } from './breakage.ts';

/** A hand on bills, and on what stands beside them: each on a day of its own, long before there was a shop. */

const hex = ({ paymentId }: Scene): string => paymentId.slice(4).replaceAll('-', '');
const dayId = (day: string): string => `rec_wechat_${day.replaceAll('-', '')}`;
const billLine = (scene: Scene): string => `line of ${scene.sku}`;

const checked = (day: string, openDifferences = 0): string => `
  insert into reconciliations (id, provider, day, status, reading, generation, lines, open_differences, fees, tries, created_at, cause)
  values ('${dayId(day)}', 'wechat', '${day}', 'CHECKED', 1, 1, 1, ${openDifferences}, '{}', 0, now(), 'hand')`;
const line = (scene: Scene, day: string, kind: string, number: string): string => `
  insert into bill_lines (id, reconciliation_id, kind, number, transaction, amount, currency, fee, fee_currency, at, occurrence, raw,
    generation, cause)
  values ('${billLine(scene)}', '${dayId(day)}', '${kind}', '${number}', 't', 100, 'CNY', 0, 'CNY', now(), 1, '', 1, 'hand')`;

/** The scene's attempt as one over WeChat Pay that was paid on that day. */
const paidByWechat = (scene: Scene, day: string): string => `
  update attempts set method = 'wechat' where payment_id = '${scene.paymentId}';
  insert into charges (id, flow, description, expires_at, paid_at)
  select id, 'qr', '', now(), '${day}T12:00:00+08:00' from attempts where payment_id = '${scene.paymentId}'`;

export const statements: readonly Breakage[] = [
  ...breaking('I2', [
    [
      'a bill has a payment that is none of ours, and no difference says so',
      'pending',
      'payment',
      (scene) => `${checked('1990-01-01')}; ${line(scene, '1990-01-01', 'payment', hex(scene))}`,
      billLine,
    ],
    [
      'what was paid by a provider is on no bill, and no difference says so',
      'confirmed',
      'payment',
      (scene) => `${checked('1990-01-02')}; ${paidByWechat(scene, '1990-01-02')}`,
    ],
    [
      'an attempt has another amount than its bill',
      'confirmed',
      'payment',
      (scene) => `${checked('1990-01-03')}; ${paidByWechat(scene, '1990-01-03')};
        ${line(scene, '1990-01-03', 'payment', '')};
        update bill_lines set amount = 1, number = (
          select replace(substr(id, 5), '-', '') from attempts where payment_id = '${scene.paymentId}'
        ) where id = '${billLine(scene)}'`,
      billLine,
    ],
  ]),
  ...breaking('I4', [
    [
      'a bill has a refund that is none of ours, and no difference says so',
      'pending',
      'payment',
      (scene) => `${checked('1990-01-04')}; ${line(scene, '1990-01-04', 'refund', `${hex(scene)}${hex(scene)}`)}`,
      billLine,
    ],
    [
      'what went back by a provider is on no bill, and no difference says so',
      'refunded',
      'payment',
      (scene) => `${checked('1990-01-05')};
        update refunds set parts = jsonb_set(parts, '{0,method}', '"wechat"'), settled_at = '1990-01-05T12:00:00+08:00'
        where payment_id = '${scene.paymentId}'`,
    ],
  ]),
  ...breaking('I5', [
    [
      'a day has fewer open differences than it says',
      'pending',
      'payment',
      () => checked('1990-01-06', 1),
      () => dayId('1990-01-06'),
    ],
  ]),
];
