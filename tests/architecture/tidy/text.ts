import { posix } from 'node:path';
import { eachLine, type Rule, type Tree } from './rule.ts';

export const machinePaths: Rule = {
  name: 'paths of a machine',
  why: 'the project lies wherever it was cloned to',
  check: (tree) => {
    const home = new RegExp(`(^|[\\s'"\`(=:])/(${['root', 'srv', 'Users/\\w+', 'home/\\w+'].join('|')})/\\S*`);
    return eachLine(
      tree,
      (path) => !path.startsWith('tests/architecture/tidy/'),
      (line) => home.exec(line)?.[0].trim(),
    );
  },
  broken: {
    "somebody's home": { 'bench/run.ts': "const store = '/home/me/store';" },
    'a page': { 'docs/tea.md': 'Look into /root/tea.' },
    'a script': { '.ci/run': 'cd /srv/main' },
  },
  kept: {
    'addresses and paths within the project': {
      'docs/tea.md': 'https://example.com/srv/main, src/srv/main, and `GET /v1/srv`.',
    },
  },
};

export const links: Rule = {
  name: 'links',
  why: 'a page that leads nowhere was not read by whoever changed it',
  *check(tree) {
    for (const [path, text] of tree.files) {
      if (!path.endsWith('.md')) continue;
      for (const { target, line } of linksOf(text)) {
        const broken = brokenLink(tree, path, target);
        if (broken) yield { path, line, what: broken };
      }
    }
  },
  broken: {
    'a page that is not there': { 'docs/tea.md': 'See [cups](cups.md).' },
    'a picture that is not there': { 'docs/tea.md': '![a pot](pictures/pot.svg)' },
    'a heading that the page does not have': { 'docs/tea.md': '# Tea\n[below](#milk)' },
    'a heading that another page does not have': { 'docs/tea.md': '[cups](cups.md#milk)', 'docs/cups.md': '# Cups' },
    'a page outside of the project': { 'docs/tea.md': '[up](../../outside.md)' },
  },
  kept: {
    'pages and their headings': {
      'docs/tea.md': '[cups](cups.md#of-porcelain) [home](../README.md)',
      'docs/cups.md': '## Of porcelain!',
      'README.md': '',
    },
    'Chinese headings, the web, and folders': {
      'docs/tea.md': '# 茶\n[茶](#茶) [web](https://example.com/x.md) [folder](pictures/)',
      'docs/pictures/pot.svg': '',
    },
    'code, which has no links': { 'docs/tea.md': '```\n[no](link.md)\n```\n`[no](link.md)`' },
  },
};

function linksOf(text: string): { target: string; line: number }[] {
  const found: { target: string; line: number }[] = [];
  let fenced = false;
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*```/.test(line)) fenced = !fenced;
    if (fenced) continue;
    for (const match of line.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)) {
      found.push({ target: match[1] ?? match[2] ?? '', line: index + 1 });
    }
  }
  return found;
}

function brokenLink(tree: Tree, from: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : posix.normalize(posix.join(posix.dirname(from), decodeURIComponent(file)));
  const folder = path.replace(/\/?$/, '/');
  const isFolder = [...tree.files.keys()].some((name) => name.startsWith(folder));
  const text = tree.files.get(path);
  if (text === undefined && !isFolder) return `${target} is not there`;
  if (anchor && text !== undefined && !anchorsOf(text).has(decodeURIComponent(anchor)))
    return `${target} has no such heading`;
  return undefined;
}

/** The anchors that a Markdown page's headings get where it is shown. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.matchAll(/^#{1,6}\s+(.+)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replace(/[`*_[\]]|\([^)]*\)/g, '')
      .replace(/[^\p{L}\p{N}\s-]/gu, '')
      .trim();
    anchors.add(slug.replace(/\s/g, '-'));
  }
  return anchors;
}
