import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** A built application for browsers: the folder that it lies in, and the address that it is at. */
export interface WebApplication {
  /** `/`, or a path with a slash at both ends. */
  readonly at: string;
  readonly folder: string;
  /** What its pages may do beyond the policy of all: where a library sets styles in the page. */
  readonly inlineStyles?: boolean;
}

/** What is not for people who look at pages, below the root. */
const reserved = /^\/(v1|callbacks|docs|assets|\.well-known|openapi\.json|asyncapi\.json)(\/|$)/;

/** As the build names files: nothing that leads anywhere else. */
const assetName = /^\w[\w.-]{0,200}$/;

/** A page is sent whole or not at all; what would have the library refuse it is not for pages. */
const ignoredHeaders = ['range', 'if-match', 'if-unmodified-since'] as const;

/**
 * Serves built applications beside the operations. An address that none of their files has is the application's own if a browser
 * goes there (it asks for HTML); for everybody else it stays a 404 in the form of a problem.
 */
export function addWebApplications(app: FastifyInstance, applications: readonly WebApplication[]): void {
  // The longest address first: everything is below the root.
  for (const application of [...applications].sort((left, right) => right.at.length - left.at.length)) {
    app.register(async (apart) => serve(apart, application));
  }
}

async function serve(app: FastifyInstance, { at, folder, inlineStyles = false }: WebApplication): Promise<void> {
  const page = { 'content-security-policy': policy(inlineStyles), ...pageHeaders };
  await app.register(staticFiles, {
    root: folder,
    prefix: at,
    serve: false,
    preCompressed: true,
    cacheControl: false,
    acceptRanges: false,
  });
  app.addHook('onRequest', (request, _reply, done) => {
    for (const name of ignoredHeaders) delete request.raw.headers[name];
    done();
  });
  const show = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    request.visit.operation = 'web';
    return reply.headers(page).sendFile('index.html');
  };
  const find = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = pathOf(request);
    if (wantsPage(request) && !reserved.test(path)) return show(request, reply);
    reply.callNotFound();
    return reply;
  };
  app.get(`${at}assets/*`, (request, reply) => {
    const name = (request.params as Readonly<Record<string, string>>)['*'] ?? '';
    if (!assetName.test(name)) {
      reply.callNotFound();
      return reply;
    }
    request.visit.operation = 'web';
    // Their names change with what is in them.
    return reply.sendFile(`assets/${name}`, { cacheControl: true, maxAge: '365d', immutable: true });
  });
  app.get(`${at}icon.svg`, (request, reply) => {
    request.visit.operation = 'web';
    return reply.sendFile('icon.svg', { cacheControl: true, maxAge: '1d' });
  });
  app.get(at, show);
  if (at !== '/') app.get(at.slice(0, -1), show);
  app.get(`${at}*`, find);
}

/** Browsers ask for HTML by name when they go somewhere; programs take anything. */
function wantsPage(request: FastifyRequest): boolean {
  return /\btext\/html\b/.test(request.headers.accept ?? '');
}

function pathOf(request: FastifyRequest): string {
  return (request.raw.url ?? '').split('?', 1)[0] ?? '';
}

const pageHeaders = {
  'cache-control': 'no-cache',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cross-origin-opener-policy': 'same-origin-allow-popups',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(self)',
  'x-frame-options': 'DENY',
  vary: 'accept-encoding',
} as const;

/** Everything from this server, and no script or style in the page itself. */
function policy(inlineStyles: boolean): string {
  return [
    "default-src 'self'",
    "script-src 'self'",
    `style-src 'self'${inlineStyles ? " 'unsafe-inline'" : ''}`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ].join('; ');
}
