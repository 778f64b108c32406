import { describe, expect, test } from 'vitest';
import {
  duration,
  flag,
  integer,
  list,
  oneOf,
  optionalDuration,
  optionalText,
  parseDuration,
  readSettings,
  SettingsError,
  text,
} from './settings.ts';

const table = {
  pause: duration('TEA_PAUSE', '5s', 'Between cups.'),
  steep: optionalDuration('TEA_STEEP', 'How long.'),
  cups: integer('TEA_CUPS', 2, 'How many.', { min: 1, max: 12 }),
  hot: flag('TEA_HOT', true, 'Hot or iced.'),
  name: text('TEA_NAME', 'sencha', 'Which.'),
  note: optionalText('TEA_NOTE', 'For the guest.'),
  pin: optionalText('TEA_PIN', 'Opens the tin.', { secret: true }),
  guests: list('TEA_GUESTS', 'Who comes.'),
  kind: oneOf('TEA_KIND', ['green', 'black'], 'green', 'Colour.'),
} as const;

const defaults = { pause: 5_000, cups: 2, hot: true, name: 'sencha', kind: 'green' };

describe('settings', () => {
  test('have their defaults where nothing, or nothing but an empty text, is given', () => {
    expect(readSettings(table, {})).toEqual(defaults);
    expect(readSettings(table, { TEA_CUPS: '', TEA_NOTE: '', TEA_STEEP: '', TEA_GUESTS: '' })).toEqual(defaults);
  });

  test('are read by their types', () => {
    const environment = {
      TEA_PAUSE: '250ms',
      TEA_STEEP: '3m',
      TEA_CUPS: '12',
      TEA_HOT: 'off',
      TEA_NAME: ' genmaicha ',
      TEA_NOTE: '你好',
      TEA_PIN: '1234',
      TEA_KIND: 'black',
      TEA_GUESTS: 'ann, bo,chen',
      UNRELATED: 'x',
    };
    expect(readSettings(table, environment)).toEqual({
      ...{
        pause: 250,
        steep: 180_000,
        cups: 12,
        hot: false,
        name: ' genmaicha ',
        note: '你好',
        pin: '1234',
        kind: 'black',
        guests: ['ann', 'bo', 'chen'],
      },
    });
  });

  test.each([
    [{ TEA_PAUSE: '5' }, 'TEA_PAUSE: "5" is not valid: expected a duration such as 250ms, 5s, 30m, 12h or 7d'],
    [{ TEA_STEEP: '-1s' }, 'TEA_STEEP: "-1s" is not valid: expected a duration'],
    [{ TEA_CUPS: '13' }, 'TEA_CUPS: "13" is not valid: expected a whole number from 1 to 12'],
    [{ TEA_CUPS: '1.5' }, 'TEA_CUPS: "1.5" is not valid'],
    [{ TEA_CUPS: 'many' }, 'TEA_CUPS: "many" is not valid'],
    [{ TEA_CUPS: 'Infinity' }, 'TEA_CUPS: "Infinity" is not valid'],
    [{ TEA_HOT: 'maybe' }, 'TEA_HOT: "maybe" is not valid: expected 1 or 0'],
    [{ TEA_HOT: 'toString' }, 'TEA_HOT: "toString" is not valid'],
    [{ TEA_KIND: 'Green' }, 'TEA_KIND: "Green" is not valid: expected one of green, black'],
  ])('that are wrong are named with what was expected: %j', (environment, message) => {
    expect(() => readSettings(table, environment)).toThrow(SettingsError);
    expect(() => readSettings(table, environment)).toThrow(message);
  });

  test('that are wrong are all named at once, one per line', () => {
    const wrong = () => readSettings(table, { TEA_CUPS: '0', TEA_HOT: '?', TEA_KIND: 'red' });
    expect(wrong).toThrow(/^TEA_CUPS: .*\nTEA_HOT: .*\nTEA_KIND: .*$/);
  });

  test('that are secret are not shown, also when they are wrong', () => {
    const secret = { pin: { ...integer('TEA_PIN', 0, '', { min: 0, max: 9 }), secret: true } };
    expect(() => readSettings(secret, { TEA_PIN: 'hunter2' })).toThrow('TEA_PIN: its value is not valid');
    expect(() => readSettings(secret, { TEA_PIN: 'hunter2' })).not.toThrow('hunter2');
  });

  test.each([
    ['0ms', 0],
    ['1.5s', 1_500],
    ['30m', 1_800_000],
    ['12h', 43_200_000],
    ['7d', 604_800_000],
    [' 5s ', 5_000],
  ])('a duration of %j is %d ms', (given, expected) => {
    expect(parseDuration(given)).toBe(expected);
  });

  test.each(['', '5 s', '5S', '1e3s', '1h30m', '١s', 'constructor', '5w'])('%j is no duration', (given) => {
    expect(() => parseDuration(given)).toThrow('expected a duration');
  });
});
