import { describe, expect, test } from 'vitest';
import type { Service } from '#runtime/service.ts';
import { SettingsError } from '#runtime/settings/settings.ts';
import { compose } from './services.ts';

const available = ['tea', 'cups', 'pots'].map(
  (name) => ({ name, answers: [], hears: [], says: [] }) as unknown as Service,
);
const names = (services: readonly Service[]) => services.map(({ name }) => name);

describe('what runs where', () => {
  test('by default everything runs here, the gateway too', () => {
    const { all, here, elsewhere, isGatewayHere, isSplit } = compose({ available });
    expect({ all: names(all), here: names(here), elsewhere: names(elsewhere), isGatewayHere, isSplit }).toEqual({
      all: ['tea', 'cups', 'pots'],
      here: ['gateway', 'tea', 'cups', 'pots'],
      elsewhere: [],
      isGatewayHere: true,
      isSplit: false,
    });
  });

  test('what is not named runs elsewhere, and of that only what is asked: never the gateway', () => {
    const { here, elsewhere, isGatewayHere, isSplit } = compose({ available, run: ['tea'] });
    expect([names(here), names(elsewhere), isGatewayHere, isSplit]).toEqual([['tea'], ['cups', 'pots'], false, true]);
    const rest = compose({ available, run: ['tea', 'cups', 'pots'] });
    expect([names(rest.elsewhere), rest.isSplit]).toEqual([[], true]);
  });

  test('what is not enabled is nowhere', () => {
    const { all, here, isSplit } = compose({ available, enabled: ['tea', 'gateway'] });
    expect([names(all), names(here), isSplit]).toEqual([['tea'], ['gateway', 'tea'], false]);
    expect(() => compose({ available, enabled: ['tea'], run: ['cups'] })).toThrow(SettingsError);
  });

  test('a name that nothing has is answered with those that there are', () => {
    expect(() => compose({ available, run: ['te'] })).toThrow(
      'there is no service "te"; there are gateway, tea, cups, pots',
    );
    expect(() => compose({ available, enabled: ['te'] })).toThrow('SERVICES: there is no service "te"');
  });
});
