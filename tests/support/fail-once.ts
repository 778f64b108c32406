import type { Host } from '../../src/runtime/host/host.ts';
import { failPointsFrom } from '../../src/runtime/seams/fail-points.ts';

/** The next time that the service, in this process, gets to the point, an error arises there. */
export function failOnce({ nodes }: Pick<Host, 'nodes'>, service: string, point: string): void {
  const node = nodes.get(service);
  if (!node) throw new Error(`${service} does not run here`);
  const failPoints = failPointsFrom(`${service}.${point}:throw`, () => undefined);
  Object.assign(node.context, { failPoints });
}
