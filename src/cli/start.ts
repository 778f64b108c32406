import { Command } from 'commander';
import { startAllInOne } from '#apps/all-in-one.ts';
import { platformSettings } from '#apps/settings.ts';
import { readSettings } from '#runtime/settings/settings.ts';
import { demoAccounts } from '#services/identity/service.ts';

/** What to try first; each line works as it stands when pasted into a shell. */
function firstSteps(url: string): string[] {
  const { email, password } = demoAccounts.shopper;
  const json = `-H 'content-type: application/json'`;
  const mine = `-H "authorization: Bearer $TOKEN" -H "idempotency-key: $(date +%s%N)" ${json}`;
  const address = `"shippingAddress":{"name":"Lin Xiaohe","phone":"13800000000","line1":"1 West Lake Road","city":"Hangzhou","region":"Zhejiang","postalCode":"310000","country":"CN"}`;
  return [
    `TOKEN=$(curl -s ${url}/v1/auth/login ${json} -d '{"email":"${email}","password":"${password}"}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
    `PLACED=$(curl -s ${url}/v1/orders ${mine} -d '{"items":[{"sku":"TEA-LJ-100","quantity":1}],${address}}'); echo "$PLACED"; ORDER=$(echo "$PLACED" | sed 's/.*"id":"\\(ord_[^"]*\\)".*/\\1/')`,
    `curl -s ${url}/v1/payments ${mine} -d "{\\"orderId\\":\\"$ORDER\\",\\"method\\":\\"balance\\"}"`,
  ];
}

function welcome(url: string, internalUrl: string, isDemo: boolean, hasOwnAdministrator: boolean): string {
  const lines = [
    '',
    '  Suanpan is up.',
    '',
    `    API        ${url}`,
    `    reference  ${url}/docs`,
    `    health     ${internalUrl}/readyz`,
    '',
  ];
  if (isDemo) {
    const { shopper, administrator } = demoAccounts;
    lines.push('  The demo shop is open. Its accounts:', '');
    lines.push(`    shopper        ${shopper.email}  ${shopper.password}   (10,000.00 CNY in the wallet)`);
    if (!hasOwnAdministrator) lines.push(`    administrator  ${administrator.email}  ${administrator.password}`);
    lines.push('', '  Try it: log in, order, pay.', '', ...firstSteps(url), '');
    lines.push(`  What happened then:  npx suanpan diagram $ORDER     Is all well:  npx suanpan audit`);
  }
  lines.push('  Ctrl-C ends it.', '');
  return lines.join('\n');
}

export const startCommand = new Command('start')
  .description('Run everything in this process: embedded PostgreSQL (or DATABASE_URL), all services, the API.')
  .action(async () => {
    const environment = { DEMO: '1', ...process.env };
    const starting = startAllInOne(environment);
    // Ctrl-C comes more than once: from the terminal, and passed on by npm and by what stands in for this process. Stopping
    // again is nothing, but a signal without a listener would end Node in the midst of it.
    const end = (): void => {
      starting
        .then((platform) => platform.stop())
        .catch((error: unknown) => process.stderr.write(`suanpan: ${error}\n`));
    };
    process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', end);
    const { url, internalUrl } = await starting;
    const { demo } = readSettings({ demo: platformSettings.demo }, environment);
    process.stdout.write(welcome(url, internalUrl, demo, process.env.ADMIN_EMAIL !== undefined));
  });
