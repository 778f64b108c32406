import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerError } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Names in lower case, values decoded. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What the server does with a mail instead of taking it. */
export type Behaviour =
  | { readonly at: 'recipient' | 'data'; readonly code: number; readonly message: string }
  /** Takes the mail and hangs up without saying so. */
  | { readonly at: 'hang-up' };

export interface MailServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly received: ReceivedMail[];
  /** Faults in mails that a strict reader would refuse. */
  readonly faults: string[];
  /** By recipient; absent: the mail is taken. */
  readonly behaviour: Map<string, Behaviour>;
}

/** A mail server (RFC 5321) on loopback that looks closely at what it is given (RFC 5322, RFC 2045, RFC 2047). */
export async function startMailServer(port = 0): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const faults: string[] = [];
  const behaviour = new Map<string, Behaviour>();
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    authOptional: true,
    logger: false,
    onRcptTo({ address }, _session, done) {
      const wanted = behaviour.get(address);
      done(wanted?.at === 'recipient' ? refusal(wanted.code, wanted.message) : null);
    },
    async onData(stream, session, done) {
      // A client that dies in the middle has sent nothing.
      const raw = await text(stream).catch(() => undefined);
      if (raw === undefined) return;
      const to = session.envelope.rcptTo.map(({ address }) => address);
      const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address;
      const wanted = behaviour.get(to[0] ?? '');
      if (wanted?.at === 'data') return done(refusal(wanted.code, wanted.message));
      faults.push(...faultsOf(raw));
      received.push({ from, to, ...parse(raw) });
      if (wanted?.at !== 'hang-up') return done();
      for (const connection of server.connections) connection.close();
    },
  });
  // A client that hangs up in the middle is not the server's fault.
  server.on('error', () => undefined);
  const listening = server.listen(port, '127.0.0.1');
  await once(listening, 'listening');
  const { port: bound } = listening.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${bound}`,
    port: bound,
    received,
    faults,
    behaviour,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refusal(responseCode: number, message: string): SMTPServerError {
  return Object.assign(new Error(message), { responseCode });
}

function* faultsOf(raw: string): Generator<string> {
  const { head, headers } = split(raw);
  if (/(^|[^\r])\n|\r(?!\n)/.test(raw)) yield 'a line does not end in CRLF';
  if (raw.split('\r\n').some((line) => Buffer.byteLength(line) > 998)) yield 'a line is longer than 998 bytes';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is outside of ASCII has no place in a header
  if (/[^\x00-\x7f]/.test(head)) yield 'a header is not ASCII';
  const names = headers.map(([name]) => name);
  for (const name of ['from', 'to', 'date', 'message-id', 'subject', 'mime-version', 'content-type']) {
    const count = names.filter((each) => each === name).length;
    if (count !== 1) yield `${count} headers ${name}`;
  }
  const messageId = headers.find(([name]) => name === 'message-id')?.[1] ?? '';
  if (!/^<[^\s<>@]+@[^\s<>@]+>$/.test(messageId)) yield `Message-ID ${messageId}`;
}

function split(raw: string): { head: string; headers: (readonly [string, string])[]; body: string } {
  const end = raw.indexOf('\r\n\r\n');
  const head = raw.slice(0, end);
  const headers = head
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const);
  return { head, headers, body: raw.slice(end + 4) };
}

function parse(raw: string): Pick<ReceivedMail, 'headers' | 'text'> {
  const parts = split(raw);
  const headers = Object.fromEntries(parts.headers.map(([name, value]) => [name, decodedWords(value)]));
  const encoding = headers['content-transfer-encoding'];
  const body = encoding === 'base64' ? Buffer.from(parts.body, 'base64').toString() : unquoted(parts.body, encoding);
  return { headers, text: body.replaceAll('\r\n', '\n') };
}

/** RFC 2047: words in another character set; space between two of them belongs to the encoding. */
function decodedWords(value: string): string {
  const joined = value.replaceAll(/\?=\s+=\?/g, '?==?');
  return joined.replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
    kind.toLowerCase() === 'b'
      ? Buffer.from(word, 'base64').toString()
      : unquoted(word.replaceAll('_', ' '), 'quoted-printable'),
  );
}

function unquoted(encoded: string, encoding: string | undefined): string {
  if (encoding !== 'quoted-printable') return encoded;
  const bytes = encoded
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
