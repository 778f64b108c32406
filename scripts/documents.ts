/** `npm run documents`: writes the pages that are made from the code. A test compares them with what this would write. */
import { globSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { services } from '../src/apps/services.ts';
import { allSettings } from '../src/cli/settings.ts';
import type { Operation } from '../src/contracts/operation.ts';
import { type ProblemCode, problemCatalogue } from '../src/kernel/problem.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The generated pages by path. */
export async function generatedPages(): Promise<Readonly<Record<string, string>>> {
  return {
    'docs/errors.md': errorsPage(await operations()),
    'docs/messages.md': messagesPage(),
    'docs/settings.md': settingsPage(),
  };
}

async function operations(): Promise<Operation[]> {
  const modules = globSync('src/contracts/http/*.ts', { cwd: root }).sort();
  const exported = await Promise.all(
    modules.map((path) => import(/* @vite-ignore */ `../${path}`) as Promise<Record<string, unknown>>),
  );
  const found = exported.flatMap((module) => Object.values(module)).filter(isOperation);
  return found.sort((left, right) => (left.name < right.name ? -1 : 1));
}

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'answers' in value;
}

function errorsPage(all: readonly Operation[]): string {
  const saidBy = (code: string): string => {
    const open = all.filter(({ access, problems }) => access !== 'service' && problems?.includes(code as ProblemCode));
    return open.map(({ method, path }) => `\`${method} ${path}\``).join(', ');
  };
  const rows = Object.entries(problemCatalogue).map(([code, { status, title }]) =>
    `| ${status} | \`${code}\` | ${title} | ${saidBy(code)} |`.replaceAll('|  |', '| |'),
  );
  return `# Problems

Every error is an \`application/problem+json\` (RFC 9457) with \`type\`, \`title\`, \`status\`, \`detail\`, \`code\`, \`traceId\`,
and \`errors\` where there is more to say: a JSON pointer into the request (\`/body/…\` is written without \`/body\`), a detail, and
facts by name. Go by \`code\`: it does not change; titles and details may. Where the last column is empty, the problem belongs
to no operation in particular.

429 and 503 come with \`Retry-After\`. Outcomes of an operation with an \`Idempotency-Key\`, 402 and 409 included, are kept
and answered again; 400, 401, 403, 429 and 5xx are not.

Made by \`npm run documents\` from \`src/kernel/problem.ts\` and the contracts.

| status | code | title | also named by |
|---:|---|---|---|
${rows.join('\n')}
`;
}

function settingsPage(): string {
  const rows = allSettings().map(({ name, default: fallback, help }) => {
    const shown = fallback === undefined ? '' : `\`${fallback}\``;
    return `| \`${name}\` | ${shown} | ${help.replaceAll('|', '\\|').replaceAll('<', '&lt;')} |`.replaceAll(
      '|  |',
      '| |',
    );
  });
  return `# Settings

Environment variables, each typed and checked at the start; a wrong one is named with what was expected.
\`npm run suanpan settings\` prints them with what they are now. Durations are written \`250ms\`, \`5s\`, \`30m\`, \`12h\`, \`7d\`;
switches \`1\` or \`0\` (\`on\`, \`off\`).

Made by \`npm run documents\` from the tables beside the code that uses them.

| setting | default | |
|---|---|---|
${rows.join('\n')}
`;
}

function messagesPage(): string {
  const hearing = (type: string): string =>
    services
      .filter(({ hears }) => hears.some(({ contract }) => contract.type === type))
      .map(({ name }) => name)
      .join(', ');
  const rows = services.flatMap(({ name, says }) =>
    says.map(({ type, version }) => {
      const contract = `../src/contracts/messages/${type.replace('.', '/')}.v${version}.ts`;
      return `| ${name} | [\`${type}\`](${contract}) | ${version} | ${hearing(type) || '–'} |`;
    }),
  );
  return `# Messages

Who says what, and who hears it. A message is a fact (past tense) or an ask (imperative); each has a contract, frozen once
released. Heard by nobody yet (–) means: for later services, caches, and an order's history. \`/asyncapi.json\` has the schemas.

Made by \`npm run documents\` from the services.

| said by | message | version | heard by |
|---|---|---:|---|
${rows.join('\n')}
`;
}

// Not `import.meta.main`: the Node that came along loads this by an import (bin/launch.mjs).
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, page] of Object.entries(await generatedPages())) writeFileSync(`${root}${path}`, page);
}
