/** The buyers of the bench: a process of its own, told by `run.ts` what to do. */
import { announce, sendCallbacks } from './load/callbacks.ts';
import { closedLoop } from './load/closed-loop.ts';
import { flashSale, holdFlashSale } from './load/flash-sale.ts';
import { Measured } from './load/measured.ts';
import { openLoop } from './load/open-loop.ts';
import type { Ask, Rate, Said, Window } from './load/protocol.ts';
import { Shop } from './load/shop.ts';

type Run = Extract<Ask, { ask: 'run' }>;

let shop: Shop | undefined;
/** What everybody will want. */
let offered = '';
/** What Alipay will call about. */
let announced: Awaited<ReturnType<typeof announce>> = [];

function say(said: Said): void {
  process.send?.(said);
}

const progress = (line: string): void => say({ said: 'progress', line });

async function answer(ask: Ask): Promise<void> {
  if (ask.ask === 'prepare') {
    shop = await Shop.open(ask.options, progress);
    say({ said: 'prepared' });
    return;
  }
  if (!shop) throw new Error('the shop is not open');
  if (ask.ask === 'get ready') {
    await shop.stayOpen();
    if (ask.scenario === 'flash') offered = await shop.offer(flashSale.stock);
    if (ask.scenario === 'callbacks') announced = await toCallAbout(shop, ask);
    say({ said: 'ready' });
  } else say({ said: 'window', window: await run(shop, ask) });
}

function toCallAbout(open: Shop, { perSecond, seconds }: Rate): ReturnType<typeof announce> {
  const { announcer } = open.options;
  if (!announcer) throw new Error('nobody signs callbacks');
  return announce(open, announcer, Math.floor(perSecond * seconds));
}

async function run(open: Shop, { scenario, seconds, perSecond }: Run): Promise<Window> {
  const measured = new Measured();
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  let sentMs: Window['sentMs'];
  const ticking = setInterval(() => progress(measured.progress()), 1_000);
  try {
    if (scenario === 'open') await openLoop(open, { perSecond, seconds }, measured);
    else if (scenario === 'callbacks') sentMs = await sendCallbacks(open, announced, { perSecond, seconds }, measured);
    else if (scenario === 'flash') await holdFlashSale(open, offered, measured);
    else await closedLoop(open, scenario, seconds, measured);
  } finally {
    clearInterval(ticking);
  }
  const elapsedMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(startedCpu);
  const { done, late, calls, expected, unexpected } = measured;
  return {
    ...{ done, late, calls, expected, unexpected },
    ...(sentMs && { sentMs }),
    seconds: elapsedMs / 1_000,
    cores: (user + system) / 1_000 / elapsedMs,
    rssMiB: process.memoryUsage.rss() / 2 ** 20,
  };
}

// Ctrl-C comes to all processes of the terminal; it is for the bench to end this one, and its end does.
process.on('SIGINT', () => undefined).on('disconnect', () => process.exit());
process.on('message', (ask: Ask) => {
  answer(ask).catch((error: unknown) =>
    say({ said: 'failed', reason: error instanceof Error ? error.message : `${error}` }),
  );
});
