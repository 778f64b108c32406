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

/** What is told once everything is up. */
export function welcome(options: {
  readonly url: string;
  readonly internalUrl: string;
  readonly isDemo: boolean;
  readonly hasOwnAdministrator: boolean;
  /** Whether the pages for browsers are there. */
  readonly hasPages: boolean;
  /** Where to pay at the providers that are played here. */
  readonly phones?: readonly { readonly provider: string; readonly url: string }[];
  /** Lines after the addresses. */
  readonly more?: readonly string[];
}): string {
  const { url, internalUrl, isDemo, hasOwnAdministrator, hasPages, phones = [], more = [] } = options;
  const lines = [
    '',
    '  Suanpan is up.',
    '',
    ...(hasPages ? [`    shop       ${url}`, `    console    ${url}/console`] : []),
    `    API        ${url}`,
    `    reference  ${url}/docs`,
    `    health     ${internalUrl}/readyz`,
    '',
    ...more,
  ];
  if (isDemo) {
    const { shopper, administrator } = demoAccounts;
    lines.push('  The demo shop is open. Its accounts:', '');
    lines.push(`    shopper        ${shopper.email}  ${shopper.password}   (10,000.00 CNY in the wallet)`);
    if (!hasOwnAdministrator) lines.push(`    administrator  ${administrator.email}  ${administrator.password}`);
    lines.push(
      '',
      hasPages ? '  Or by hand: log in, order, pay.' : '  Try it: log in, order, pay.',
      '',
      ...firstSteps(url),
      '',
    );
    if (phones.length > 0) {
      lines.push('  Or with "method" wechat, alipay or card, played on this machine; then pay on the phone of', '');
      for (const { provider, url: phone } of phones) lines.push(`    ${provider.padEnd(12)} ${phone}`);
      lines.push('');
    }
    lines.push(`  What happened then:  npx suanpan diagram $ORDER     Is all well:  npx suanpan audit`);
  }
  lines.push('  Ctrl-C ends it.', '');
  return lines.join('\n');
}
