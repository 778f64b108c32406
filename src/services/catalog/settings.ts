import { flag } from '#runtime/settings/settings.ts';

export const catalogSettings = {
  demo: flag('DEMO', false, 'Demo catalogue, shopper and administrator'),
};
