import type {
  factsByService,
  LedgerFacts,
  OrderFacts,
  PaymentFacts,
  ShipmentFacts,
  StockFacts,
  Violation,
} from '#contracts/audit.ts';
import { type Heard, runtimeOperations, type SaidMessage, unreadableSource } from '#contracts/http/runtime.ts';
import { fromTimestamp } from '#kernel/clock.ts';
import type { Context, Origin } from '#runtime/service.ts';
import { judge, type Knowledge } from './rules.ts';

export interface Findings {
  readonly checked: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
}

/** What one look found. A suspicion that has the same name in the next look is the same trouble, and named. */
interface Look {
  readonly checked: Readonly<Record<string, number>>;
  readonly suspicions: readonly Suspicion[];
}

interface Suspicion {
  readonly name: string;
  readonly violation: Violation;
}

const pageLength = 1000;
/** A check reads whole tables. */
const patienceMs = 10 * 60_000;
/** A violation of each kind this often says enough. */
const violationsMost = 1000;
/** Above every order id; ids are prefixed and lower case. */
const beyondAll = '~';

/** Looks at the live data of all services through their contracts alone. */
export class Auditor {
  readonly #context: Context;
  readonly #services: readonly string[];
  readonly #boundMs: number;

  constructor(context: Context, services: readonly string[], boundMs: number) {
    this.#context = context;
    this.#services = services;
    this.#boundMs = boundMs;
  }

  /**
   * Live data has no consistent cut: what looks wrong is looked at again after the bound, and named if it still is
   * (docs/reliability.md).
   */
  async run(): Promise<Findings> {
    const first = await this.#look(undefined);
    if (first.suspicions.length === 0) return { checked: first.checked, violations: [] };
    await this.#context.scheduler.wait(this.#boundMs);
    const orderIds = new Set(first.suspicions.flatMap(({ violation }) => violation.orderId ?? []));
    const second = await this.#look(orderIds);
    const still = new Set(second.suspicions.map(({ name }) => name));
    const violations = first.suspicions.filter(({ name }) => still.has(name)).map(({ violation }) => violation);
    return { checked: first.checked, violations: violations.slice(0, violationsMost) };
  }

  async #look(orderIds: ReadonlySet<string> | undefined): Promise<Look> {
    const own = await this.#checkServices();
    const orders = orderIds ? await this.#judgeSome(orderIds) : await this.#judgeAll();
    const suspicions = [...own.suspicions, ...orders.violations.map(suspicionOf)];
    return { checked: { ...own.checked, ...orders.checked }, suspicions };
  }

  /** What services find by themselves (I1, I2, I5, I8), and whether what was said has been heard (I8). */
  async #checkServices(): Promise<Look> {
    const checked: Record<string, number> = {};
    const suspicions: Suspicion[] = [];
    for (const service of this.#services) {
      const { body } = await this.#context.call(runtimeOperations(service).auditChecks, {}, this.#origin());
      Object.assign(checked, body.checked);
      suspicions.push(...body.violations.map(suspicionOf));
      const heard = body.heard.filter(({ source }) => this.#services.includes(source));
      for (const subscription of heard) suspicions.push(...(await this.#unheard(service, subscription)));
      suspicions.push(...(await this.#parked(service)));
    }
    return { checked, suspicions };
  }

  /** A consumer that is behind but goes on is at another message when it is looked at again: only the one that stands is named. */
  async #unheard(consumer: string, { source, types, position, ahead }: Heard): Promise<Suspicion[]> {
    const operation = runtimeOperations(source).unheard;
    const { body } = await this.#context.call(operation, { body: { position, types } }, this.#origin());
    const { oldestAt, head } = body;
    const missing = body.messages - ahead;
    if (position > head) {
      const detail = `${consumer} has heard ${source} up to ${position}, but its log ends at ${head}`;
      return [{ name: `ahead ${consumer} ${source}`, violation: { invariant: 'I8', detail } }];
    }
    if (missing <= 0 || oldestAt === null || this.#context.clock.now() - fromTimestamp(oldestAt) <= this.#boundMs)
      return [];
    const detail = `${consumer} has not heard ${missing} messages of ${source}, the oldest of ${oldestAt}`;
    return [{ name: `behind ${consumer} ${source} ${oldestAt}`, violation: { invariant: 'I8', detail } }];
  }

  async #parked(service: string): Promise<Suspicion[]> {
    const { listDeadLetters } = runtimeOperations(service);
    const { body } = await this.#context.call(
      listDeadLetters,
      { query: { status: 'PARKED', limit: 100 } },
      this.#origin(),
    );
    return body.data.map(({ id, message, error }) => ({
      name: `parked ${service} ${id}`,
      violation: {
        invariant: 'I8',
        ...(message.key.startsWith('ord_') ? { orderId: message.key } : {}),
        detail: `${service} has parked ${wordOf(message)} as ${id}: ${error ?? ''}`,
      },
    }));
  }

  async #judgeAll(): Promise<Findings> {
    const violations: Violation[] = [];
    let orders = 0;
    let after = '';
    for (;;) {
      const page = await this.#facts('ordering', after, undefined, pageLength);
      const last = page.length < pageLength ? beyondAll : (page.at(-1)?.orderId ?? beyondAll);
      violations.push(...(await this.#judgeRange(page as OrderFacts[], after, last)));
      orders += page.length;
      if (last === beyondAll) return { checked: { orders }, violations };
      after = last;
    }
  }

  async #judgeSome(orderIds: ReadonlySet<string>): Promise<Findings> {
    const violations: Violation[] = [];
    for (const orderId of orderIds) {
      const before = `${orderId.slice(0, -1)}${String.fromCharCode(orderId.charCodeAt(orderId.length - 1) - 1)}`;
      const orders = (await this.#facts('ordering', before, orderId, pageLength)) as OrderFacts[];
      violations.push(
        ...(await this.#judgeRange(orders, before, orderId)).filter((found) => found.orderId === orderId),
      );
    }
    return { checked: {}, violations };
  }

  async #judgeRange(orders: readonly OrderFacts[], after: string, upTo: string): Promise<Violation[]> {
    const hasFulfillment = this.#services.includes('fulfillment');
    const [inventory, payment, wallet, fulfillment] = await Promise.all([
      this.#all('inventory', after, upTo) as Promise<StockFacts[]>,
      this.#all('payment', after, upTo) as Promise<PaymentFacts[]>,
      this.#all('wallet', after, upTo) as Promise<LedgerFacts[]>,
      (hasFulfillment ? this.#all('fulfillment', after, upTo) : []) as Promise<ShipmentFacts[]>,
    ]);
    const byOrder = {
      ordering: indexed(orders),
      inventory: indexed(inventory),
      payment: indexed(payment),
      wallet: indexed(wallet),
      fulfillment: indexed(fulfillment),
    };
    const orderIds = new Set(Object.values(byOrder).flatMap((facts) => [...facts.keys()]));
    const bounds = { now: this.#context.clock.now(), boundMs: this.#boundMs };
    return [...orderIds].sort().flatMap((orderId) => {
      const knowledge: Knowledge = {
        orderId,
        ordering: byOrder.ordering.get(orderId),
        inventory: byOrder.inventory.get(orderId),
        payment: byOrder.payment.get(orderId),
        wallet: byOrder.wallet.get(orderId),
        fulfillment: hasFulfillment ? byOrder.fulfillment.get(orderId) : 'not here',
      };
      return judge(knowledge, bounds);
    });
  }

  async #all(service: keyof typeof factsByService, after: string, upTo: string): Promise<{ orderId: string }[]> {
    const all: { orderId: string }[] = [];
    let from = after;
    for (;;) {
      const page = await this.#facts(service, from, upTo, pageLength);
      all.push(...page);
      const last = page.at(-1);
      if (page.length < pageLength || !last) return all;
      from = last.orderId;
    }
  }

  async #facts(
    service: keyof typeof factsByService,
    after: string,
    upTo: string | undefined,
    limit: number,
  ): Promise<{ orderId: string }[]> {
    const { auditFacts } = runtimeOperations(service);
    const query = { after, limit, ...(upTo === undefined ? {} : { upTo }) };
    const { body } = await this.#context.call(auditFacts, { query }, this.#origin());
    return body.facts as { orderId: string }[];
  }

  #origin(): Origin {
    const { clock, timer } = this.#context;
    return { ...timer('audit'), deadline: clock.now() + patienceMs };
  }
}

/** What a broker brought and nobody could read has no type of ours. */
function wordOf({ source, type }: SaidMessage): string {
  return source === unreadableSource ? 'bytes that are no message' : type;
}

function indexed<Facts extends { readonly orderId: string }>(facts: readonly Facts[]): Map<string, Facts> {
  return new Map(facts.map((fact) => [fact.orderId, fact]));
}

/** Figures may move between two looks at the same trouble. */
function suspicionOf(violation: Violation): Suspicion {
  const { invariant, orderId, detail } = violation;
  return { violation, name: `${invariant} ${orderId ?? ''} ${detail.replaceAll(/\d+/g, '#')}` };
}
