/**
 * Every message contract of the platform, and the schemas of those that are released. `node scripts/messages.ts` releases what
 * is new; what was released before it never touches: a change of it is a new version in a file of its own.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { MessageContract } from '../src/contracts/message.ts';

const folder = new URL('../src/contracts/messages/', import.meta.url);
const releasedFile = new URL('released.json', folder);

/** The JSON Schema of each message by `<type>.v<version>`, keys in order. */
export type Schemas = Readonly<Record<string, unknown>>;

export async function currentSchemas(): Promise<Schemas> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.v\d+\.ts$/.test(name));
  const schemas: Record<string, unknown> = {};
  for (const file of files.sort()) {
    const module = (await import(new URL(file, folder).href)) as Record<string, MessageContract>;
    for (const { type, version, key, data } of Object.values(module)) {
      schemas[`${type}.v${version}`] = JSON.parse(JSON.stringify({ key, data }));
    }
  }
  return schemas;
}

export function releasedSchemas(): Schemas {
  return JSON.parse(readFileSync(releasedFile, 'utf8')) as Schemas;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const released = releasedSchemas();
  const all = { ...(await currentSchemas()), ...released };
  const sorted = Object.fromEntries(Object.entries(all).sort(([left], [right]) => (left < right ? -1 : 1)));
  writeFileSync(releasedFile, `${JSON.stringify(sorted, null, 2)}\n`);
  const fresh = Object.keys(all).filter((name) => !(name in released));
  process.stdout.write(`${fresh.length} released: ${fresh.join(', ') || 'nothing new'}\n`);
}
