/** The buyers of the bench: a process of its own, told by `run.ts` what to do. */
import { Loop } from './load/loop.ts';
import type { Ask, Said } from './load/protocol.ts';
import { openShop } from './load/shop.ts';

let loop: Loop | undefined;

function say(said: Said): void {
  process.send?.(said);
}

const progress = (line: string): void => say({ said: 'progress', line });

async function answer(ask: Ask): Promise<void> {
  if (ask.ask === 'prepare') {
    loop = new Loop(ask.options, await openShop(ask.options, progress));
    say({ said: 'prepared' });
  } else if (ask.ask === 'run') {
    if (!loop) throw new Error('the shop is not open');
    say({ said: 'window', window: await loop.window(ask.seconds, progress) });
  } else if (ask.ask === 'verify') {
    say({ said: 'verified', orders: (await loop?.verify()) ?? 0 });
  } else process.disconnect();
}

process.on('message', (ask: Ask) => {
  answer(ask).catch((error: unknown) =>
    say({ said: 'failed', reason: error instanceof Error ? error.message : `${error}` }),
  );
});
