/** A contract's path as Fastify writes it: `/v1/orders/{id}` is `/v1/orders/:id`. */
export function routePath(path: string): string {
  return path.replace(/\{([A-Za-z][A-Za-z0-9]*)\}/g, ':$1');
}

/** A contract's path with its parameters filled in. */
export function fillPath(path: string, params: Readonly<Record<string, unknown>>): string {
  return path.replace(/\{([A-Za-z][A-Za-z0-9]*)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new TypeError(`the path ${path} needs ${name}`);
    return encodeURIComponent(String(value));
  });
}

/** The request target (RFC 9112 §3.2.1) for this input: path and query. */
export function requestTarget(path: string, params: unknown, query: unknown): string {
  const filled = path.includes('{') ? fillPath(path, params as Readonly<Record<string, unknown>>) : path;
  const given = query as Readonly<Record<string, unknown>> | undefined;
  let texts: URLSearchParams | undefined;
  for (const name in given) {
    const value = given[name];
    if (value === undefined) continue;
    texts ??= new URLSearchParams();
    for (const each of Array.isArray(value) ? value : [value]) texts.append(name, String(each));
  }
  return texts ? `${filled}?${texts}` : filled;
}

/** Finds the methods of an address that no route took: 405 with `Allow`, or 404. */
export function methodFinder(
  routes: readonly { readonly method: string; readonly path: string }[],
): (url: string) => string[] {
  const patterns = routes.map(({ method, path }) => {
    const escaped = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[A-Za-z][A-Za-z0-9]*\}/g, '[^/]+');
    return { method, pattern: new RegExp(`^${escaped}$`) };
  });
  return (url) => {
    const path = url.split('?', 1)[0] ?? '';
    const methods = new Set<string>();
    for (const { method, pattern } of patterns) if (pattern.test(path)) methods.add(method);
    if (methods.has('GET')) methods.add('HEAD');
    if (methods.size > 0) methods.add('OPTIONS');
    return [...methods].sort();
  };
}
