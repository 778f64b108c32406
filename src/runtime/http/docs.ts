import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { MessageContract } from '#contracts/message.ts';
import type { Operation } from '#contracts/operation.ts';
import { problemCatalogue } from '#kernel/problem.ts';
import { asyncApiOf } from './asyncapi.ts';
import { openApiOf } from './openapi.ts';

/** Pages of the public server beside its operations. */
export interface Pages {
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  add(app: FastifyInstance): void;
}

/** A page ready to be sent, and the same compressed. */
interface Page {
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly compressed: Buffer;
}

const scriptPath = '/docs/scalar.js';
const compress = promisify(gzip);

/**
 * `/openapi.json`, `/asyncapi.json`, `/docs` (Scalar's reader, from this server alone) and `/docs/problems`. Each is made when
 * it is first asked for: loading the reader takes a quarter of a second, which a start should not wait for.
 */
export function documentationPages(options: {
  readonly operations: readonly Operation[];
  readonly messages: readonly MessageContract[];
  readonly version: string;
  /** Whether `/` leads here, for want of anything better. */
  readonly atRoot: boolean;
}): Pages {
  const { operations, messages, version, atRoot } = options;
  const reader = once(readReader);
  const pages: Readonly<Record<string, () => Promise<Page>>> = {
    '/openapi.json': once(() => page(json, JSON.stringify(openApiOf(operations, version)))),
    '/asyncapi.json': once(() => page(json, JSON.stringify(asyncApiOf(messages, version)))),
    '/docs': async () => (await reader()).html,
    '/docs/': async () => (await reader()).html,
    [scriptPath]: async () => (await reader()).script,
    '/docs/problems': once(() => page({ ...html, 'content-security-policy': problemsPolicy }, problemsPage())),
  };
  return {
    routes: [...(atRoot ? ['/'] : []), ...Object.keys(pages)].map((path) => ({ method: 'GET', path })),
    add(app) {
      if (atRoot) app.get('/', leadHere);
      for (const [path, make] of Object.entries(pages)) {
        app.get(path, async (request, reply) => send(request, reply, await make()));
      }
    },
  };
}

const json = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-cache' };
const html = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' };
const script = { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=86400' };

async function page(headers: Readonly<Record<string, string>>, text: string): Promise<Page> {
  const bytes = Buffer.from(text);
  return { headers, bytes, compressed: await compress(bytes) };
}

function send(request: FastifyRequest, reply: FastifyReply, { headers, bytes, compressed }: Page): FastifyReply {
  request.visit.operation = 'documentation';
  reply.headers(headers).header('vary', 'accept-encoding');
  const accepts = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(String(request.headers['accept-encoding'] ?? ''));
  return accepts ? reply.header('content-encoding', 'gzip').send(compressed) : reply.send(bytes);
}

/** Whoever opens the address in a browser finds the way. */
function leadHere(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  request.visit.operation = 'documentation';
  return reply.redirect('/docs', 302);
}

/** Makes once; a failure is not kept. */
function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** Scalar's page and script as its own plugin makes them, with everything off that would speak to somebody else. */
async function readReader(): Promise<{ html: Page; script: Page }> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const inner = Fastify();
  await inner.register(scalar, {
    routePrefix: '/docs',
    configuration: {
      url: '/openapi.json',
      cdn: scriptPath,
      pageTitle: 'Suanpan API',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
      defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
    },
  });
  const shown = await inner.inject('/docs/');
  const code = await inner.inject('/docs/js/scalar.js');
  await inner.close();
  if (shown.statusCode !== 200 || code.statusCode !== 200) throw new Error('the API reference could not be made');
  return {
    html: await page({ ...html, 'content-security-policy': readerPolicy(shown.body) }, shown.body),
    script: await page(script, code.body),
  };
}

/** Nothing from elsewhere, and no script in the page but the one it was made with. Vue sets styles inline. */
function readerPolicy(text: string): string {
  const inline = [...text.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, code = '']) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src 'self' ${inline.join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const problemsPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/** Where the `type` of every problem leads: its code, status and title. */
function problemsPage(): string {
  const rows = Object.entries(problemCatalogue).map(
    ([code, { status, title }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Suanpan: problems</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
td,th{padding:.3rem 1rem .3rem 0;text-align:left;border-bottom:1px solid #ddd}:target{background:#fff3c4}</style></head>
<body><h1>Problems</h1><p>Errors are problem documents (RFC 9457); <code>code</code> is one of these.
Quote the <code>traceId</code> when you ask about one.</p>
<table><thead><tr><th>code</th><th>status</th><th>meaning</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table></body></html>
`;
}
