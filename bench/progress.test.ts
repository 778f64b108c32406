import { expect, test } from 'vitest';
import { clock, Progress } from './progress.ts';

function shown(isTerminal: boolean) {
  const lines: string[] = [];
  const time = { ms: 0 };
  const screen = { isTerminal, columns: 60, write: (text: string) => void lines.push(text) };
  return { lines, time, progress: new Progress(screen, 100, () => time.ms) };
}

test('seconds to go are what is planned from here on, whatever the steps before took', async () => {
  const { lines, time, progress } = shown(true);
  await progress.step('naive', 30, async (tell) => {
    time.ms = 10_000;
    tell('a third');
    time.ms = 50_000;
    tell('slow');
  });
  await progress.step('ceiling', 70, async () => undefined);
  expect(lines.map((line) => line.replace('\r\x1b[K', ''))).toEqual([
    '[1:40 to go] naive',
    '[1:30 to go] naive: a third',
    '[1:10 to go] naive: slow',
    '[1:10 to go] ceiling',
  ]);
});

test('a line is no longer than the terminal is wide, and what is no terminal gets a line for each step', async () => {
  const wide = shown(true);
  await wide.progress.step('x'.repeat(100), 1, async () => undefined);
  expect(wide.lines[0]).toHaveLength('\r\x1b[K'.length + 59);
  const { lines, progress } = shown(false);
  await progress.step('naive', 10, async (tell) => tell('half'));
  progress.say('done');
  expect(lines).toEqual(['[1:40 to go] naive\n', 'done\n']);
});

test('time is told in minutes and seconds', () => {
  expect([0, 7.4, 60, 727].map(clock)).toEqual(['0:00', '0:07', '1:00', '12:07']);
});
