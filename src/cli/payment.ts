import { Command } from 'commander';
import { systemRandom } from '#runtime/seams/random.ts';
import { systemScheduler } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import { type CheckedMethod, checkMethods } from '#services/payment/service.ts';
import { checkedText } from './payment-text.ts';

const help = `
Reads the settings of this environment as the platform would (suanpan settings lists them) and asks each provider that is set up
for something harmless. Exits with 1 where something is wrong.`;

const check = new Command('check')
  .description('Tell what is missing or wrong with the merchant accounts, before the first customer does.')
  .option('--json', 'print what was found as JSON')
  .addHelpText('after', help)
  .action(async ({ json = false }: { json?: boolean }) => {
    const warnings: string[] = [];
    const seams = { clock: systemClock, scheduler: systemScheduler(), random: systemRandom() };
    const log = { warn: (_about: object, message: string) => void warnings.push(message) };
    const checked = await checkMethods(process.env, { ...seams, log });
    process.stdout.write(json ? `${JSON.stringify(checked, null, 2)}\n` : checkedText(checked, warnings));
    if (isAnyWrong(checked)) process.exitCode = 1;
  });

function isAnyWrong(checked: readonly CheckedMethod[]): boolean {
  return checked.some(({ findings }) => findings.some(({ ok }) => !ok));
}

export const paymentCommand = new Command('payment')
  .description('About payment providers: whether their accounts are set up right.')
  .addCommand(check);
