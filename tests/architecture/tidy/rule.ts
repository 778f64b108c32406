import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** The text files of a project by path, and their syntax trees. */
export class Tree {
  readonly files: ReadonlyMap<string, string>;
  readonly #parsed = new Map<string, ts.SourceFile>();

  constructor(files: Readonly<Record<string, string>> | ReadonlyMap<string, string>) {
    this.files = files instanceof Map ? files : new Map(Object.entries(files));
  }

  parse(path: string): ts.SourceFile {
    const known = this.#parsed.get(path);
    if (known) return known;
    const source = ts.createSourceFile(path, this.files.get(path) ?? '', ts.ScriptTarget.ESNext, true);
    this.#parsed.set(path, source);
    return source;
  }
}

export interface Finding {
  readonly path: string;
  readonly line?: number;
  readonly what: string;
}

/** Small trees by what is to be seen in them. */
type Examples = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A rule with what it is for, what it lets pass by name and why, and examples that break and keep it. */
export interface Rule {
  readonly name: string;
  readonly why: string;
  readonly allowed?: Readonly<Record<string, string>>;
  check(tree: Tree): Iterable<Finding>;
  readonly broken: Examples;
  readonly kept: Examples;
}

/** What the rule finds, less what it lets pass; an entry that lets nothing pass any more is a finding itself. */
export function findingsOf(rule: Rule, tree: Tree, options = { staleEntries: false }): string[] {
  const used = new Set<string>();
  const found: string[] = [];
  for (const { path, line, what } of rule.check(tree)) {
    if (rule.allowed && path in rule.allowed) used.add(path);
    else found.push(`${path}${line === undefined ? '' : `:${line}`} ${what}`);
  }
  if (options.staleEntries) {
    for (const path of Object.keys(rule.allowed ?? {})) if (!used.has(path)) found.push(`${path} needs no exception`);
  }
  return found;
}

const ignored = new Set(['node_modules', '.git', '.data', '.cache', 'coverage', 'dist']);
const textual = /(\.(ts|tsx|mts|mjs|js|sql|md|json|ya?ml|sh|txt|svg|html|css)|\/(run|LICENSE|\.npmrc|\.gitignore))$/;

export function projectTree(root: string): Tree {
  const files = new Map<string, string>();
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (ignored.has(entry.name)) continue;
      if (entry.isDirectory()) walk(path);
      // There to be linked to, and not to be read.
      else if (entry.name.endsWith('.png')) files.set(path, '');
      else if (textual.test(`/${path}`) && entry.name !== 'package-lock.json') {
        files.set(path, readFileSync(join(root, path), 'utf8'));
      }
    }
  };
  walk('');
  return new Tree(files);
}

export const isTest = (path: string): boolean => /\.test\.ts$|\/testing\//.test(path) || path.startsWith('tests/');
export const isSource = (path: string): boolean => /^src\/.*\.ts$/.test(path) && !isTest(path);
export const isCode = (path: string): boolean => /\.(ts|tsx|mjs)$/.test(path);

/** A rule over each syntax node of the files that it is about. */
export function eachNode(
  tree: Tree,
  about: (path: string) => boolean,
  visit: (node: ts.Node, source: ts.SourceFile, path: string) => string | undefined,
): Finding[] {
  const findings: Finding[] = [];
  for (const path of tree.files.keys()) {
    if (!isCode(path) || !about(path)) continue;
    const source = tree.parse(path);
    const walk = (node: ts.Node): void => {
      const what = visit(node, source, path);
      if (what) findings.push({ path, line: lineOf(source, node.getStart(source)), what });
      ts.forEachChild(node, walk);
    };
    walk(source);
  }
  return findings;
}

/** A rule over each line of the files that it is about. */
export function eachLine(
  tree: Tree,
  about: (path: string) => boolean,
  visit: (line: string) => string | undefined,
): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of tree.files) {
    if (!about(path)) continue;
    for (const [index, line] of text.split('\n').entries()) {
      const what = visit(line);
      if (what) findings.push({ path, line: index + 1, what });
    }
  }
  return findings;
}

export function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}
