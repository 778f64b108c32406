import type { Missing } from '#contracts/http/operator.ts';
import {
  type DeadLetter,
  type Heard,
  type MadeCall,
  runtimeOperations,
  type SaidMessage,
} from '#contracts/http/runtime.ts';
import type { Context, Origin } from '#runtime/service.ts';
import { gather } from '../console/gathering.ts';

/** Everything that services recorded of one subject. */
export interface History {
  readonly key: string;
  readonly messages: readonly SaidMessage[];
  readonly calls: readonly MadeCall[];
  readonly deadLetters: readonly DeadLetter[];
  /** By consumer: what it hears, and up to where. */
  readonly heard: ReadonlyMap<string, readonly Heard[]>;
  /** Services that did not answer. */
  readonly missing: Missing;
}

/** Asks every service twice: for what it said of the subject, then for the calls within the traces of all of it. */
export async function historyOf(
  key: string,
  services: readonly string[],
  context: Context,
  origin: Origin,
): Promise<History> {
  const ask = (traceIds: readonly string[]) =>
    gather(services, async (service) => {
      const body = { key, traceIds: [...traceIds] };
      return (await context.call(runtimeOperations(service).history, { body }, origin)).body;
    });
  const first = (await ask([])).answers.map(({ answer }) => answer);
  const traceIds = new Set(
    first.flatMap(({ messages, calls }) => [
      ...messages.map(({ traceparent }) => traceparent.slice(3, 35)),
      ...calls.map(({ traceId }) => traceId),
    ]),
  );
  const { answers, missing } = await ask([...traceIds]);
  const all = answers.map(({ service, answer }) => ({ service, ...answer }));
  return {
    key,
    messages: all
      .flatMap(({ messages }) => messages)
      .sort((left, right) => order(left.time, right.time) || left.position - right.position),
    calls: all.flatMap(({ calls }) => calls).sort((left, right) => order(left.startedAt, right.startedAt)),
    deadLetters: all.flatMap(({ deadLetters }) => deadLetters),
    heard: new Map(all.map(({ service, heard }) => [service, heard])),
    missing,
  };
}

function order(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
