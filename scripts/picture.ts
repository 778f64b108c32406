/**
 * `npm run picture`: draws docs/pictures/first-order.svg from what a terminal really shows: the platform is started on an
 * empty store, the lines it prints are run as they stand, then the audit.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'docs/pictures/first-order.svg');
const columns = 104;

type Style = 'prompt' | 'output' | 'good';
interface Line {
  readonly text: string;
  readonly style: Style;
}

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'suanpan-picture-'));
  const env = { ...process.env, DATA_DIR: dataDir, PORT: '0', INTERNAL_PORT: '0', LOG_LEVEL: 'warn' };
  const platform = spawn(process.execPath, [join(root, 'bin/suanpan.mjs'), 'start'], { env });
  try {
    const welcome = await spoken(platform, 'Ctrl-C ends it.');
    const url = /http:\/\/localhost:\d+/.exec(welcome)?.[0] ?? '';
    const steps = welcome.split('\n').filter((line) => /^\w+=\$\(curl|^curl/.test(line));
    const answers = await buy(steps, url);
    const auditing = `"${process.execPath}" "${join(root, 'bin/suanpan.mjs')}" audit`;
    const audit = await shell(auditing, { ...env, PORT: url.slice(url.lastIndexOf(':') + 1) });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, draw(shownOf(welcome, answers, audit).map((line) => standard(line, url))));
  } finally {
    platform.kill('SIGTERM');
    await once(platform, 'exit');
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The three lines, in one shell, as a reader pastes them; and then a look at the order until it is CONFIRMED. */
async function buy(steps: readonly string[], url: string): Promise<string[]> {
  const look = `curl -s ${url}/v1/orders/$ORDER -H "authorization: Bearer $TOKEN"`;
  const looking = `until ${look} | grep -q CONFIRMED; do :; done; ${look}`;
  const output = await shell([...steps, looking].join('\n'), process.env);
  const answers = output.trim().split(/(?=\{"id":"(?:ord|pay)_)/);
  if (answers.length !== 3) throw new Error(`the first steps did not buy anything:\n${output}`);
  return answers;
}

function shownOf(welcome: string, [placed = '', paid = '', confirmed = '']: readonly string[], audit: string): Line[] {
  const said = welcome
    .split('\n')
    .filter((line) => /^ +(Suanpan is up\.|API|reference|shopper|administrator) /.test(`${line} `));
  const typed = (text: string): Line => ({ text: `$ ${text}`, style: 'prompt' });
  const output = (text: string): Line => ({ text, style: 'output' });
  const good = (text: string): Line => ({ text, style: 'good' });
  return [
    typed('npm install && npm start'),
    ...said.map(output),
    output(''),
    typed(`curl localhost:8080/v1/orders … -d '{"items":[{"sku":"TEA-LJ-100","quantity":1}], …}'`),
    output(partOf(placed, ['number', 'status', 'total'])),
    typed(`curl localhost:8080/v1/payments … -d "{\\"orderId\\":\\"$ORDER\\",\\"method\\":\\"balance\\"}"`),
    output(partOf(paid, ['method', 'status', 'captured'])),
    typed('curl localhost:8080/v1/orders/$ORDER …'),
    good(partOf(confirmed, ['number', 'status', 'statusReason'])),
    output(''),
    typed('npx suanpan audit'),
    ...audit
      .split('\n')
      .filter((line) => /\w/.test(line))
      .map(good),
  ];
}

/** The named members of an answer, as they came; the dots stand for the others. */
function partOf(json: string, names: readonly string[]): string {
  const whole = JSON.parse(json) as Record<string, unknown>;
  return `{${names.map((name) => `"${name}":${JSON.stringify(whole[name])}`).join(',')}, …}`;
}

/** As it looks with the standard port. */
function standard({ text, style }: Line, url: string): Line {
  return { text: text.replaceAll(url, 'http://localhost:8080').slice(0, columns), style };
}

function spoken(child: ChildProcess, last: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(last)) resolve(said);
    });
    child.stderr?.on('data', (chunk: Buffer) => process.stderr.write(chunk));
    child.once('exit', (code) => reject(new Error(`the platform ended with ${code}:\n${said}`)));
  });
}

async function shell(script: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn('bash', ['-c', script], { env, cwd: root });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  return output;
}

const colours: Readonly<Record<Style, string>> = { prompt: '#f5f5f5', output: '#a8b3c4', good: '#8fd18a' };

function draw(lines: readonly Line[]): string {
  const height = 52 + lines.length * 20;
  const rows = lines.map(({ text, style }, index) => {
    const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    return `<text x="20" y="${56 + index * 20}" fill="${colours[style]}" xml:space="preserve">${safe}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${40 + columns * 8} ${height}" role="img" aria-label="A terminal: Suanpan starts, an order is placed and paid, the audit finds nothing">
<rect width="100%" height="100%" rx="8" fill="#1b2230"/>
<g>${['#e8695f', '#e5b454', '#6fbf6a'].map((colour, index) => `<circle cx="${22 + index * 18}" cy="20" r="6" fill="${colour}"/>`).join('')}</g>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13">
${rows.join('\n')}
</g>
</svg>
`;
}

await main();
