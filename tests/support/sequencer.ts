import { readFileSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Whoever has a platform of their own comes before those who have one in common: a process has one at a time. */
const commonShop = {
  test: (path: string) => path.includes('/flows/') && readFileSync(path, 'utf8').includes('commonTestShop()'),
};

/** What runs longest begins first, so that no core waits at the end for the other; the many short ones fill up what is left. */
const order: readonly { test(path: string): boolean }[] = [
  /browser\/console\/pages/,
  /browser\/storefront\/pages/,
  /browser\//,
  /proof\/crash/,
  /proof\//,
  /conformance\/rabbitmq/,
  /flows\//,
  commonShop,
  /tests\//,
];

function placeOf({ moduleId }: TestSpecification): number {
  if (commonShop.test(moduleId)) return order.indexOf(commonShop);
  const place = order.findIndex((kind) => kind.test(moduleId));
  return place < 0 ? order.length : place;
}

/** A process goes on from file to file of its own project only: these stay together, and otherwise as vitest has them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const first = new Map<unknown, number>();
    for (const file of sorted) {
      const { name } = file.project;
      first.set(name, Math.min(first.get(name) ?? order.length, placeOf(file)));
    }
    const names = [...first.keys()].toSorted((one, other) => (first.get(one) ?? 0) - (first.get(other) ?? 0));
    const rank = (file: TestSpecification): number => names.indexOf(file.project.name);
    return sorted.toSorted((one, other) => rank(one) - rank(other) || placeOf(one) - placeOf(other));
  }
}
