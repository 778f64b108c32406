import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';

const bare = '\0operations:';
const languages = ['en-US', 'zh-CN', 'zh-TW'];

/**
 * The pages import operations from the contracts, for their types; at run time they need no more of them than method and path.
 * So a module of contracts/http becomes just that. Files named `schemas.ts` get it whole, for forms to be checked by: they are
 * loaded when a form is sent.
 */
export function contracts(root: string): Plugin {
  return {
    name: 'contracts',
    enforce: 'pre',
    resolveId(source, importer) {
      const path = /^#(contracts|kernel)\/(.+)$/.exec(source);
      if (!path) return undefined;
      const file = `${root}src/${path[1]}/${path[2]}`;
      if (!existsSync(file)) throw new Error(`${source}, which ${importer} imports, is not there`);
      const isOperations = path[2]?.startsWith('http/') && importer?.startsWith(`${root}web/`);
      return isOperations && !importer?.endsWith('/schemas.ts') ? bare + file : file;
    },
    async load(id) {
      if (!id.startsWith(bare)) return undefined;
      const found: Record<string, unknown> = await import(pathToFileURL(id.slice(bare.length)).href);
      const lines = Object.entries(found).flatMap(([name, value]) => {
        if (typeof value !== 'object' || value === null || !('method' in value) || !('path' in value)) return [];
        const { method, path, idempotencyKey } = value as Readonly<Record<string, unknown>>;
        return [`export const ${name} = ${JSON.stringify({ name, method, path, idempotencyKey })};`];
      });
      return { code: lines.join('\n'), moduleSideEffects: false };
    },
  };
}

/** React Aria brings its words in some thirty languages; ours are enough. */
export function languagesOfReactAria(): Plugin {
  const empty = '\0no-words';
  return {
    name: 'languages-of-react-aria',
    enforce: 'pre',
    resolveId(source, importer) {
      const language = /(?:^|\/)([a-z]{2}-[A-Z]{2})\.m?js$/.exec(source)?.[1];
      if (!language || languages.includes(language) || !importer?.includes('react-aria')) return undefined;
      return empty;
    },
    load: (id) => (id === empty ? 'export default {};' : undefined),
  };
}

/** Mermaid brings some forty kinds of drawings, and what they are laid out and set with; the console draws two. */
export function diagramsOfMermaid(): Plugin {
  const empty = '\0no-diagram';
  const drawings = /\/(?!flowDiagram|sequenceDiagram)[\w-]*[dD]iagram[\w-]*-[A-Z0-9]{8}\.mjs$/;
  const engines = /\/(elk|cose-bilkent|swimlanes)-[A-Z0-9]{8}\.mjs$|^katex$/;
  return {
    name: 'diagrams-of-mermaid',
    enforce: 'pre',
    resolveId(source, importer) {
      if (!importer?.includes('/mermaid/dist/')) return undefined;
      return drawings.test(source) || engines.test(source) ? empty : undefined;
    },
    load: (id) => (id === empty ? 'export const diagram = undefined; export default {};' : undefined),
  };
}
