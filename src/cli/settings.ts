import { Command } from 'commander';
import { gatewayName, services } from '#apps/services.ts';
import { placeSettings, platformSettings } from '#apps/settings.ts';
import { readSettings, type Setting, type SettingsTable } from '#runtime/settings/settings.ts';
import { gatewayOver } from '#services/gateway/service.ts';

/** Every setting of the platform and its services by environment variable, each once. */
export function allSettings(): Setting<unknown>[] {
  const tables: SettingsTable[] = [
    platformSettings,
    ...services.map(({ name }) => placeSettings(name)),
    // Nobody asks the gateway but from outside.
    { databaseUrl: placeSettings(gatewayName).databaseUrl },
    ...[gatewayOver([]), ...services].map(({ settings }) => settings ?? {}),
  ];
  const byName = new Map(tables.flatMap((table) => Object.values(table)).map((setting) => [setting.name, setting]));
  return [...byName.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}

export const settingsCommand = new Command('settings')
  .description('Print every setting (an environment variable each), its default and what it is now.')
  .action(() => {
    for (const setting of allSettings()) {
      const given = process.env[setting.name];
      readSettings({ setting }, process.env);
      const value = given === undefined || given === '' ? '' : `   now: ${setting.secret ? '(secret)' : given}`;
      process.stdout.write(`${setting.name}=${setting.default ?? ''}${value}\n    ${setting.help}\n`);
    }
  });
