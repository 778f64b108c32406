import { expect, test } from 'vitest';
import { readOptions } from './options.ts';
import { plannedSeconds, stepsOf } from './plan.ts';

test('a round has the yardsticks beside what they measure, whatever is chosen', () => {
  expect(stepsOf(['spread', 'hot', 'one', 'open'])).toEqual([
    'naive',
    'spread',
    'hot',
    'ceiling',
    'commit',
    'one',
    'open',
  ]);
  expect(stepsOf(['flash'])).toEqual(['naive', 'ceiling', 'flash', 'commit']);
});

test('the quick one is planned to end within two minutes, the whole within half an hour', () => {
  const [quick, full] = [readOptions(['--quick']), readOptions([])];
  if (quick === 'help' || full === 'help') throw new Error('help was not asked for');
  expect(plannedSeconds(quick)).toBeLessThan(120);
  expect(plannedSeconds(full)).toBeLessThan(1_800);
});
