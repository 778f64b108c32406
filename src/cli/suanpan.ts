import { Command } from 'commander';
import { auditCommand } from './audit.ts';
import { busCommand } from './bus.ts';
import { deadLettersCommand } from './dead-letters.ts';
import { diagramCommand } from './diagram.ts';
import { paymentCommand } from './payment.ts';
import { turnOffPretenuring } from './pretenuring.ts';
import { reconcileCommand } from './reconcile.ts';
import { serviceCommand } from './service.ts';
import { settingsCommand } from './settings.ts';
import { startCommand } from './start.ts';
import { upCommand } from './up.ts';

turnOffPretenuring();

const program = new Command('suanpan')
  .description('Suanpan: orders and payments for an online shop, every item and every cent counted once.')
  .version('0.1.0')
  .addCommand(startCommand, { isDefault: true })
  .addCommand(upCommand)
  .addCommand(serviceCommand)
  .addCommand(busCommand)
  .addCommand(auditCommand)
  .addCommand(deadLettersCommand)
  .addCommand(diagramCommand)
  .addCommand(paymentCommand)
  .addCommand(reconcileCommand)
  .addCommand(settingsCommand)
  .showHelpAfterError();

// Whoever kills the process that stands in for this one (bin/launch.mjs) means this one.
if (process.channel) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}

// Whoever reads our output may stop reading: `suanpan settings | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`suanpan: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
