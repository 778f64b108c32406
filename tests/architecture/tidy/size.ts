import ts from 'typescript';
import { eachNode, isCode, lineOf, type Rule } from './rule.ts';

const maxFileLines = 400;
const maxFunctionLines = 70;
/** What pages say in one language is a list, as long as what there is to say. */
const isTexts = (path: string): boolean => /^web\/[^/]+\/texts\//.test(path);
const lines = (count: number): string => Array.from({ length: count }, (_, index) => `  step(${index});`).join('\n');

export const fileLength: Rule = {
  name: 'file length',
  why: `a file of more than ${maxFileLines} lines wants another room`,
  *check(tree) {
    for (const [path, text] of tree.files) {
      const count = text.split('\n').length - 1;
      if (isCode(path) && !isTexts(path) && count > maxFileLines) yield { path, what: `has ${count} lines` };
    }
  },
  broken: { 'a line too many': { 'src/kernel/tea.ts': `${lines(maxFileLines + 1)}\n` } },
  kept: {
    'as many as may be': { 'src/kernel/tea.ts': `${lines(maxFileLines)}\n` },
    'what pages say': { 'web/shop/texts/en.ts': `${lines(maxFileLines + 1)}\n` },
  },
};

export const functionLength: Rule = {
  name: 'function length',
  why: `a function of more than ${maxFunctionLines} lines does more than one thing; the block of a describe is none`,
  check: (tree) =>
    eachNode(tree, isCode, (node, source) => {
      if (!isFunction(node) || !node.body || isDescribed(node)) return undefined;
      const count = lineOf(source, node.end) - lineOf(source, node.getStart(source)) + 1;
      return count > maxFunctionLines ? `a function of ${count} lines` : undefined;
    }),
  broken: {
    'a function': { 'src/kernel/tea.ts': `function brew() {\n${lines(maxFunctionLines)}\n}` },
    'an arrow function': { 'src/kernel/tea.ts': `const brew = () => {\n${lines(maxFunctionLines)}\n};` },
    'a method': { 'src/kernel/tea.ts': `class Pot {\n  brew() {\n${lines(maxFunctionLines)}\n  }\n}` },
    'a test': { 'tests/tea.test.ts': `test('brews', () => {\n${lines(maxFunctionLines)}\n});` },
  },
  kept: {
    'a function as long as may be': { 'src/kernel/tea.ts': `function brew() {\n${lines(maxFunctionLines - 2)}\n}` },
    'the block of a describe': { 'tests/tea.test.ts': `describe('tea', () => {\n${lines(maxFunctionLines)}\n});` },
    'the block of a describe.each': {
      'tests/tea.test.ts': `describe.each([1])('tea', () => {\n${lines(maxFunctionLines)}\n});`,
    },
  },
};

function isFunction(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return ts.isFunctionLike(node) && 'body' in node;
}

function isDescribed(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && /^describe\b/.test(node.parent.expression.getText());
}
