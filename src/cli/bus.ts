import { Command } from 'commander';
import { type Drained, drainBus } from '#apps/drain.ts';
import { monotonicMs } from '#runtime/seams/system-time.ts';

const tellEveryMs = 2_000;

const help = `
For a store that changes buses: end its processes, drain it on the bus that it was on (with the same DATABASE_URL or DATA_DIR, and
AMQP_URL if it was on RabbitMQ), then start it on the other. Everything that was said is heard, no job or request begins anything
new, and in the end queues and what was kept about them are removed. Ctrl-C gives it up and leaves the store as it is.

To change without draining loses nothing either: what was heard is not heard again. But queues would be left behind full.`;

const drainCommand = new Command('drain')
  .description('Let everything that was said be heard, then take leave of the broker; with no other process at work.')
  .addHelpText('after', help)
  .action(async () => {
    const given = new AbortController();
    const giveUp = (): void => given.abort();
    process.on('SIGINT', giveUp).on('SIGTERM', giveUp).on('SIGHUP', giveUp);
    let toldAt = Number.NEGATIVE_INFINITY;
    const drained = await drainBus({
      environment: { LOG_LEVEL: 'warn', ...process.env },
      signal: given.signal,
      progress({ unheard, queued, trouble }) {
        if (monotonicMs() - toldAt < tellEveryMs) return;
        toldAt = monotonicMs();
        const why = trouble === undefined ? '' : ` (${trouble})`;
        process.stderr.write(`${unheard} messages are not heard yet, ${queued ?? '?'} are in queues${why}\n`);
      },
    });
    if (!drained) throw new Error('given up; the store is as it was');
    process.stdout.write(textOf(drained));
  });

function textOf({ bus, setAside }: Drained): string {
  const lines = ['Everything that was said has been heard.'];
  if (bus === 'RabbitMQ') lines.push('The queues are removed. The store may be started on any bus.');
  else lines.push('The store may be started on any bus.');
  if (setAside > 0) lines.push(`${setAside} messages are set aside; they stay with the store (suanpan dead-letters).`);
  return `${lines.join('\n')}\n`;
}

export const busCommand = new Command('bus')
  .description('What carries messages between services.')
  .addCommand(drainCommand);
