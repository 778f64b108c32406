import { Option } from 'commander';
import { logIn } from '#contracts/http/identity.ts';
import { type Client, makeClient } from '#runtime/http/client.ts';
import type { WireProblem } from '#runtime/http/problems.ts';
import { demoAccounts } from '#services/identity/service.ts';

export interface OperatorOptions {
  readonly url: string;
  readonly email: string;
  readonly password: string;
}

/** How commands reach a running platform, and as whom. */
export const operatorOptions = [
  new Option('--url <url>', 'address of the API')
    .env('SUANPAN_URL')
    .default(`http://localhost:${process.env.PORT ?? 8080}`),
  new Option('--email <email>', 'an operator').env('ADMIN_EMAIL').default(demoAccounts.administrator.email),
  new Option('--password <password>', 'its password')
    .env('ADMIN_PASSWORD')
    .default(demoAccounts.administrator.password, 'that of the demo'),
] as const;

/** Logs in and hands the work a client that speaks for the operator. */
export async function asOperator<T>(
  { url, email, password }: OperatorOptions,
  work: (client: Client, token: string) => Promise<T>,
): Promise<T> {
  const client = makeClient({ baseUrl: url });
  try {
    const entered = await client.request(logIn, { body: { email, password } }).catch((error: unknown) => {
      throw new Error(`no platform answers at ${url}; start it with: npm start`, { cause: error });
    });
    if (entered.status !== 200) throw new Error(`${email} cannot log in: ${problemText(entered.body)}`);
    return await work(client, (entered.body as { accessToken: string }).accessToken);
  } finally {
    await client.close();
  }
}

export function problemText(body: unknown): string {
  const { title, detail, errors = [] } = body as Partial<WireProblem>;
  const faults = errors.map((fault) => [fault.pointer, fault.detail].filter(Boolean).join(' ')).filter(Boolean);
  return [title, detail, ...faults].filter(Boolean).join(': ');
}
