import { expect, test } from 'vitest';
import { help, type Options, readOptions } from './options.ts';

function read(...args: string[]): Options {
  const options = readOptions(args);
  if (options === 'help') throw new Error('help was not asked for');
  return options;
}

test('without options everything is measured, and the result is one to keep', () => {
  const { full, plan, rounds, seconds, connections, users } = read();
  expect({ full, rounds, seconds, connections, users }).toEqual({
    full: true,
    rounds: 3,
    seconds: 15,
    connections: 256,
    users: 2_000,
  });
  expect(plan).toEqual([
    {
      arrangement: 'one-process',
      scenarios: ['spread', 'hot', 'cancel', 'browse', 'flash', 'one', 'open', 'callbacks'],
    },
    { arrangement: 'rabbitmq', scenarios: ['spread', 'callbacks'] },
    { arrangement: 'split', scenarios: ['spread'] },
  ]);
  expect(read('--data-dir', '/mnt').full).toBe(true);
});

test('the quick one has the essential', () => {
  const { full, plan, rounds, seconds } = read('--quick');
  expect({ full, rounds, seconds }).toEqual({ full: false, rounds: 1, seconds: 5 });
  expect(plan).toEqual([{ arrangement: 'one-process', scenarios: ['spread', 'flash'] }]);
});

test('scenarios and arrangements are chosen by commas or repeated, and bring what they are compared with', () => {
  const { full, plan } = read('--scenario', 'open, flash', '--scenario', 'cancel', '--arrangement', 'split,rabbitmq');
  expect(full).toBe(false);
  const chosen = ['spread', 'cancel', 'flash', 'open'];
  expect(plan).toEqual([
    { arrangement: 'rabbitmq', scenarios: chosen },
    { arrangement: 'split', scenarios: chosen },
  ]);
});

test.each([
  [['--scenario', 'spraed'], '--scenario spraed: expected of spread, hot'],
  [['--arrangement', ''], 'expected of one-process, rabbitmq, split'],
  [['--rounds', '0'], '--rounds 0: expected a whole number from 1 to 100'],
  [['--seconds', 'ten'], '--seconds ten: expected a whole number'],
  [['--hot'], "Unknown option '--hot'"],
  [['spread'], "Unexpected argument 'spread'"],
])('%j is refused, with what was expected', (args, told) => {
  expect(() => readOptions(args)).toThrow(told);
});

test('help names every option and scenario', () => {
  expect(readOptions(['--help'])).toBe('help');
  for (const word of ['--quick', '--scenario', '--arrangement', '--data-dir', 'spread', 'flash', 'open'])
    expect(help).toContain(word);
});
