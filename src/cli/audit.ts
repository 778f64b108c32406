import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { type Audit, getAudit, startAudit } from '#contracts/http/gateway.ts';
import { asOperator, type OperatorOptions, operatorOptions, problemText } from './operator.ts';

const pollMs = 200;

async function runAudit(options: OperatorOptions): Promise<Audit> {
  return asOperator(options, async (client, token) => {
    const started = await client.request(startAudit, {}, { token });
    if (started.status !== 202) throw new Error(problemText(started.body));
    const { id } = started.body as { id: string };
    for (;;) {
      const reply = await client.request(getAudit, { params: { id } }, { token });
      if (reply.status !== 200) throw new Error(problemText(reply.body));
      const audit = reply.body as Audit;
      if (audit.error !== null) throw new Error(`the audit broke off: ${audit.error}`);
      if (audit.finishedAt !== null) return audit;
      process.stderr.write('.');
      await pause(pollMs);
    }
  });
}

export const auditCommand = new Command('audit')
  .description('Check the invariants over the live data of a running platform; exits with 1 if one is violated.')
  .option('--json', 'print the audit as JSON')
  .action(async (_own, command: Command) => {
    const options = command.opts<OperatorOptions & { json?: boolean }>();
    const audit = await runAudit(options);
    process.stderr.write('\n');
    if (options.json) process.stdout.write(`${JSON.stringify(audit, null, 2)}\n`);
    else {
      const checked = Object.entries(audit.checked).map(([what, count]) => `${count} ${what}`);
      process.stdout.write(`checked ${checked.join(', ')}\n`);
      for (const { invariant, orderId, detail } of audit.violations) {
        process.stdout.write(`${invariant}  ${orderId ?? '-'}  ${detail}\n`);
      }
      process.stdout.write(
        audit.violations.length === 0 ? 'no violations\n' : `${audit.violations.length} violations\n`,
      );
    }
    if (audit.violations.length > 0) process.exitCode = 1;
  });

for (const option of operatorOptions) auditCommand.addOption(option);
