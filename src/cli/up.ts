import { Command, InvalidArgumentError, Option } from 'commander';
import { runSplit } from './split/up.ts';
import { runAllInOne } from './start.ts';

/** The PostgreSQL that comes along has connections for these. */
const instancesMost = 5;

function instancesOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= instancesMost) return count;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${instancesMost}`);
}

export const upCommand = new Command('up')
  .description('Run the platform: like start, or each service in processes of its own on this machine (--split).')
  .option('--split', 'each service in a process of its own, with messages over RabbitMQ (AMQP_URL, or one of its own)')
  .addOption(
    new Option('--instances <n>', 'with --split: so many processes of each service').argParser(instancesOf).default(1),
  )
  .action(async ({ split = false, instances }: { split?: boolean; instances: number }) => {
    if (split) return runSplit(instances);
    if (instances > 1) throw new Error('several instances need processes of their own: add --split');
    return runAllInOne();
  });
