import { getPaymentFigures } from '#contracts/http/payment.ts';
import { answer } from '#runtime/service.ts';

const countOpen = `
  select count(*) as open from (select from differences where status = 'OPEN' limit 1000) as differing`;

export const figures = answer(getPaymentFigures, async (_request, { database }) => {
  const { rows } = await database.query<{ open: bigint }>(countOpen);
  return { status: 200, body: { openDifferences: Number(rows[0]?.open ?? 0n) } };
});
