import type { MadeCall, SaidMessage } from '#contracts/http/runtime.ts';
import { nameOf } from '#contracts/message.ts';
import type { History } from './history.ts';

interface Step {
  readonly at: number;
  /** Order among steps of the same millisecond. */
  readonly rank: number;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly arrow: '->>' | '-->>' | '-)' | '-x';
}

/** The order in which the documents draw the actors (000, 001, 003 §4); others follow by name. */
const usualOrder = [
  'client',
  'gateway',
  'identity',
  'ordering',
  'catalog',
  'inventory',
  'payment',
  'wallet',
  'fulfillment',
  'notification',
];

/** Mermaid sequence diagram of what really happened to an order: calls with their answers, messages with who heard them. */
export function sequenceDiagram(history: History): string {
  const steps = [...callSteps(history), ...messageSteps(history)].sort(
    (left, right) => left.at - right.at || left.rank - right.rank,
  );
  const lines = participantsOf(steps).map((name) => `  participant ${name}`);
  for (const { from, to, label, arrow } of steps) lines.push(`  ${from}${arrow}${to}: ${plain(label)}`);
  return ['sequenceDiagram', '  autonumber', ...lines, ''].join('\n');
}

/** C4's dynamic diagram (000): who worked with whom, how often, in order of the first time. */
export function dynamicDiagram(history: History): string {
  const steps = [...callSteps(history).filter(({ arrow }) => arrow === '->>'), ...messageSteps(history)].sort(
    (left, right) => left.at - right.at || left.rank - right.rank,
  );
  const relations = new Map<string, { from: string; to: string; labels: string[] }>();
  for (const [index, { from, to, label }] of steps.entries()) {
    const name = `${from} ${to}`;
    const relation = relations.get(name) ?? { from, to, labels: [] };
    relation.labels.push(`${index + 1}. ${plain(label)}`);
    relations.set(name, relation);
  }
  const people = participantsOf(steps).map((name) =>
    name === 'client' ? '  Person(client, "client")' : `  Container(${name}, "${name}")`,
  );
  const arrows = [...relations.values()].map(
    ({ from, to, labels }) => `  Rel(${from}, ${to}, "${labels.join('<br/>')}")`,
  );
  return ['C4Dynamic', `  title Order ${plain(history.key)}`, ...people, ...arrows, ''].join('\n');
}

function participantsOf(steps: readonly Step[]): string[] {
  const names = new Set(steps.flatMap(({ from, to }) => [from, to]));
  const place = (name: string): number => (usualOrder.includes(name) ? usualOrder.indexOf(name) : usualOrder.length);
  return [...names].sort((left, right) => place(left) - place(right) || (left < right ? -1 : 1));
}

/** Reading an order is not something that happens to it. */
const isQuestion = (operation: string): boolean => /^(get|list|show|find)[A-Z]/.test(operation);

/** Less what was only read, and whatever was called for that. */
export function withoutQuestions(calls: readonly MadeCall[]): readonly MadeCall[] {
  const spans = new Set(calls.map(({ spanId }) => spanId));
  const questions = new Set(
    calls
      .filter(({ operation, parentSpanId }) => isQuestion(operation) && !spans.has(parentSpanId))
      .map(({ traceId }) => traceId),
  );
  return calls.filter(({ traceId }) => !questions.has(traceId));
}

/** How many calls it was made within: of two that began in the same millisecond the outer one came first, and ends last. */
function depthOf({ parentSpanId }: MadeCall, bySpan: ReadonlyMap<string, MadeCall>): number {
  let depth = 0;
  let outer = bySpan.get(parentSpanId);
  while (outer && depth < deepest) {
    depth += 1;
    outer = bySpan.get(outer.parentSpanId);
  }
  return depth;
}

const deepest = 99;

function callSteps({ calls }: History): Step[] {
  const spans = new Map(calls.map((call) => [call.spanId, call]));
  return withoutQuestions(calls).flatMap((call) => {
    const { parentSpanId, caller, callee, operation, status, startedAt, durationMs } = call;
    const within = depthOf(call, spans) / (deepest + 1);
    const at = Date.parse(startedAt);
    const asked = { at, from: caller, to: callee, label: operation, arrow: '->>' as const };
    const answered = {
      at: at + durationMs,
      from: callee,
      to: caller,
      label: `${status}`,
      arrow: status < 400 ? ('-->>' as const) : ('-x' as const),
    };
    const inner =
      caller === callee
        ? []
        : [
            { ...asked, rank: within },
            { ...answered, rank: 3 - within },
          ];
    // A call that the gateway made of itself came in from outside.
    if (caller !== 'gateway' || spans.has(parentSpanId)) return inner;
    return [
      { ...asked, from: 'client', to: 'gateway', rank: -1 },
      ...inner,
      { ...answered, from: 'gateway', to: 'client', rank: 4 },
    ];
  });
}

/** How many messages brought it about within its own millisecond: services of one process decide whole chains at once. */
function causesOf({ causationId, time }: SaidMessage, byName: ReadonlyMap<string, SaidMessage>): number {
  let count = 0;
  let cause = byName.get(causationId);
  while (cause?.time === time && count < deepest) {
    count += 1;
    cause = byName.get(cause.causationId);
  }
  return count;
}

function messageSteps(history: History): Step[] {
  const byName = new Map(history.messages.map((message) => [nameOf(message), message]));
  return history.messages.flatMap((message) => {
    const at = Date.parse(message.time);
    const rank = 1 + causesOf(message, byName) / (deepest + 1);
    const label = nameOfMessage(message);
    const hearers = hearersOf(message, history);
    const from = message.source;
    if (hearers.length === 0) return [{ at, rank, from, to: from, label, arrow: '-)' as const }];
    return hearers.map(({ to, isAside }) => ({
      at,
      rank,
      from,
      to,
      label,
      arrow: isAside ? ('-x' as const) : ('-)' as const),
    }));
  });
}

/** As the documents call it: `OrderPaid`. */
export function nameOfMessage({ source, type }: Pick<SaidMessage, 'source' | 'type'>): string {
  return type
    .slice(source.length + 1)
    .replaceAll(/(^|-)(\w)/g, (_match, _dash, letter: string) => letter.toUpperCase());
}

/** Who has heard it: subscribers whose cursor is past it; set aside counts as not heard. */
export function hearersOf(
  message: SaidMessage,
  { heard, deadLetters }: Pick<History, 'heard' | 'deadLetters'>,
): { to: string; isAside: boolean }[] {
  return [...heard].flatMap(([service, subscriptions]) => {
    const subscription = subscriptions.find(
      ({ source, types }) => source === message.source && types.includes(message.type),
    );
    if (!subscription || subscription.position < message.position) return [];
    const isAside = deadLetters.some(
      (letter) =>
        letter.service === service &&
        letter.message.source === message.source &&
        letter.message.position === message.position &&
        letter.status !== 'RETRIED',
    );
    return [{ to: service, isAside }];
  });
}

/** What may stand in a Mermaid label: no line breaks, semicolons, hashes or quotes. */
function plain(label: string): string {
  return label.replaceAll(/[\r\n;#"<>]/g, ' ');
}
