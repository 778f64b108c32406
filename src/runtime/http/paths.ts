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
