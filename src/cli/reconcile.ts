import { readFile } from 'node:fs/promises';
import { Argument, Command } from 'commander';
import {
  getReconciliation,
  listDifferences,
  type Reconciliation,
  reconcile,
  uploadBill,
} from '#contracts/http/reconciliation.ts';
import type { Operation } from '#contracts/operation.ts';
import { type Client, demand } from '#runtime/http/client.ts';
import { asOperator, type OperatorOptions, operatorOptions, problemText } from './operator.ts';
import { reconciledText } from './reconcile-text.ts';

type Provider = Reconciliation['provider'];
interface Options extends OperatorOptions {
  readonly file?: string;
  readonly json?: boolean;
}

const help = `
Examples:
  suanpan reconcile wechat 2026-11-19                      the provider is asked for its bill
  suanpan reconcile alipay 2026-11-19 --file bill.zip      a file that was downloaded from its pages

Days are those of the provider's calendar: China's for wechat and alipay, UTC for card. Doing it again is the same again. Exits with 1
where something differs.`;

export const reconcileCommand = new Command('reconcile')
  .description("Compare a provider's bill of a day with our books.")
  .addArgument(new Argument('<provider>', 'whose bill').choices(['wechat', 'alipay', 'card']))
  .addArgument(new Argument('<day>', 'for instance 2026-11-19'))
  .option('--file <path>', 'the bill as it was downloaded')
  .option('--json', 'print JSON')
  .addHelpText('after', help)
  .action(async (provider: Provider, day: string, options: Options) => {
    const { found, open } = await asOperator(options, async (client, token) => {
      const asked = options.file
        ? await upload(options, token, { provider, day }, await readFile(options.file))
        : await ask(client.request(reconcile, { body: { provider, day } }, { token }), reconcile);
      const { id: reconciliationId } = asked;
      const params = { id: reconciliationId };
      const query = { reconciliationId, status: 'OPEN', limit: 100 } as const;
      return {
        found: await ask(client.request(getReconciliation, { params }, { token }), getReconciliation),
        open: demand(await client.request(listDifferences, { query }, { token })).body.data,
      };
    });
    process.stdout.write(
      options.json ? `${JSON.stringify({ ...found, differences: open }, null, 2)}\n` : reconciledText(found, open),
    );
    if (found.openDifferences > 0) process.exitCode = 1;
  });

for (const option of operatorOptions) reconcileCommand.addOption(option);

async function ask(asking: ReturnType<Client['request']>, operation: Operation): Promise<Reconciliation> {
  const reply = await asking;
  if (!(reply.status in operation.answers)) throw new Error(problemText(reply.body));
  return reply.body as Reconciliation;
}

/** Its bytes as they are, which no client by contracts sends. */
async function upload(
  { url }: OperatorOptions,
  token: string,
  query: { readonly provider: Provider; readonly day: string },
  file: Uint8Array,
): Promise<Reconciliation> {
  const address = `${url}${uploadBill.path}?${new URLSearchParams(query)}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' };
  const response = await fetch(address, { method: uploadBill.method, headers, body: new Uint8Array(file) });
  const body: unknown = await response.json();
  if (!response.ok) throw new Error(problemText(body));
  return body as Reconciliation;
}
