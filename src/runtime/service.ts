import type { FactsRange, Violation } from '#contracts/audit.ts';
import type { ActionInput, ActionName, CaseRecord } from '#contracts/http/runtime-insight.ts';
import type { DataOf, Message, MessageContract } from '#contracts/message.ts';
import type { AnswerHeaders, AnswerOf, BodyOf, Operation, ParamsOf, QueryOf } from '#contracts/operation.ts';
import type { Language } from '#contracts/schema.ts';
import type { Clock, Instant } from '#kernel/clock.ts';
import type { Ids } from '#kernel/ids.ts';
import type { WireMoney } from '#kernel/money.ts';
import type { Problem } from '#kernel/problem.ts';
import type { Decider, MessageDecider } from './batch/decider.ts';
import type { Asked } from './batch/dry-run.ts';
import type { Steps } from './batch/steps.ts';
import type { Tables } from './batch/workset.ts';
import type { Database, Queries } from './database/database.ts';
import type { FailPoints } from './seams/fail-points.ts';
import type { Random } from './seams/random.ts';
import type { Scheduler } from './seams/scheduler.ts';
import type { SettingsOf, SettingsTable } from './settings/settings.ts';
import type { Log } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';

/** Who asks. */
export interface Caller {
  readonly kind: 'anonymous' | 'user' | 'service' | 'timer';
  /** The user's id, or the service's name. */
  readonly id: string;
  readonly sessionId?: string;
  readonly roles: readonly string[];
}

/** Where an act comes from; it travels along calls and messages. */
export interface Origin {
  readonly traceparent: string;
  /** `request/<id>`, `timer/<name>` or a message's name: becomes the causationId of what is said. */
  readonly cause: string;
  readonly caller: Caller;
  /** Past this moment nobody waits for the answer any more. */
  readonly deadline: Instant;
  readonly language: Language;
  /** Of the client outside on whose behalf it is done, where there is one: its address and what it says it is. */
  readonly address?: string;
  readonly userAgent?: string;
  /** What is written is one of several steps: see {@link Context.inSteps}. */
  readonly upon?: Steps;
}

/** The idempotency key of a request: whose and for what, the key, and what it was sent with. */
export interface IdempotencyKey {
  readonly scope: string;
  readonly key: string;
  /** SHA-256 over path and body; another fingerprint under the same key is refused. */
  readonly fingerprint: string;
}

export interface Request<O extends Operation = Operation> extends Origin {
  readonly operation: O;
  readonly params: ParamsOf<O>;
  readonly query: QueryOf<O>;
  readonly body: BodyOf<O>;
  readonly idempotencyKey?: IdempotencyKey;
  /** The client's address, for throttling and sessions. */
  readonly address: string;
  readonly userAgent?: string;
  /** Header fields by their names in lower case, for what no contract describes (`last-event-id`); absent between services. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as it came, for callbacks whose signature covers its bytes; absent between services. */
  readonly rawBody?: Uint8Array;
}

/** What became of a command. A refusal is thrown as a ProblemError, which carries `replayed` too. */
export interface Written<Answer> {
  /** The key had been executed before: the answer or the bound object is that of the first time. */
  readonly replayed: boolean;
  readonly answer?: Answer;
  readonly bound?: string;
}

/** All that code of a service may touch beside its own rows. */
export interface Context<Settings extends SettingsTable = SettingsTable> {
  readonly service: string;
  readonly settings: SettingsOf<Settings>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly failPoints: FailPoints;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Reads; writes go through {@link write}. */
  readonly database: Database;
  /** Hands a command to the service's writer; resolves once its batch is committed. `idempotencyKey` is taken from a Request. */
  write<T extends Tables, Command, Answer>(
    decider: Decider<T, Command, Answer>,
    command: Command,
    origin: Origin & { readonly idempotencyKey?: IdempotencyKey },
    options?: { readonly urgent?: boolean },
  ): Promise<Written<Answer>>;
  /**
   * Does the work, whose writes, here and at services that commit together with this one, are each told when it is decided and
   * leave together; resolves once all are committed. Others are called once they are. Done once more, each write committed
   * before the next, if that fails: so it must bear being done twice.
   */
  inSteps<O extends Origin, Result>(origin: O, work: (origin: O) => Promise<Result>): Promise<Result>;
  /** Calls another service (or this one) through its contract; a problem is thrown as a ProblemError. */
  call<O extends Operation>(operation: O, input: CallInput<O>, origin: Origin): Promise<AnswerOf<O>>;
  /**
   * Waits until this service's own log says something of the subject that `match` accepts; undefined once the deadline has passed.
   * To miss nothing, begin to wait before the write that causes it.
   */
  said<Match>(
    key: string,
    match: (message: Message) => Match | undefined,
    deadline: Instant,
  ): Promise<Match | undefined>;
  /**
   * How far this service's own log was read here, as long as nothing is known to come behind it: until that changes, what was read
   * of the store meanwhile holds, as far as each change of it is said (ADR 30). Undefined where the log was not looked at of late,
   * and where other processes may say something at any moment.
   */
  saidUpTo(): number | undefined;
  /** The origin of work that nobody asked for: timers and sweepers. */
  timer(name: string): Origin;
}

export type CallInput<O extends Operation> = {
  readonly params?: ParamsOf<O>;
  readonly query?: QueryOf<O>;
  readonly body?: BodyOf<O>;
  readonly idempotencyKey?: string;
};

/** An operation with the code that answers it. */
export interface Answering {
  readonly operation: Operation;
  respond(request: Request, context: Context): Promise<{ status: number; body: unknown; headers?: AnswerHeaders }>;
}

/** As a method, so that a handler may ask for the context with its own service's settings. */
interface Responder<O extends Operation> {
  respond(request: Request<O>, context: Context): Promise<AnswerOf<O>>;
}

/** Binds an operation to the code that answers it; what that returns is checked against the contract's answers. */
export function answer<O extends Operation>(operation: O, respond: Responder<O>['respond']): Answering {
  return { operation, respond: respond as unknown as Answering['respond'] };
}

/** A message contract with the rule that handles it. */
export interface Handling {
  readonly contract: MessageContract;
  readonly decider: Decider<Tables, Message>;
}

export function handle<const Contract extends MessageContract, T extends Tables>(
  contract: Contract,
  decider: MessageDecider<T, DataOf<Contract>>,
): Handling {
  return { contract, decider: { name: contract.type, ...decider } as unknown as Handling['decider'] };
}

/** Work that a service does by itself, every so often, on one instance at a time or on each. */
export interface Job<Settings extends SettingsTable = SettingsTable> {
  readonly name: string;
  /** Between the end of one run and the start of the next. */
  readonly everyMs: number | ((settings: SettingsOf<Settings>) => number);
  /** One instance at a time (held by a lease), or each. */
  readonly on: 'one' | 'each';
  run(context: Context<Settings>): Promise<void>;
}

/** What a service tells an audit; the SQL stands beside its store. */
export interface ServiceAudit {
  /** Its own invariants over its own rows, and how many rows of each kind it looked at. */
  checks(
    database: Queries,
  ): Promise<{ readonly violations: readonly Violation[]; readonly checked: Readonly<Record<string, number>> }>;
  /** What it knows of the orders in the range, ordered by id; the shape is its own in contracts/audit.ts. */
  facts?(database: Queries, range: FactsRange): Promise<readonly object[]>;
}

/** What a service keeps of an order, as an operator is to see it; `userId` is whose order it is, where that is known. */
export type RecordsOfOrder = (
  database: Queries,
  order: { readonly orderId: string; readonly userId: string | undefined },
) => Promise<readonly CaseRecord[]>;

/** What of its acts is asked for: all, or one, with what an operator would give to it. */
export interface ActsAsked {
  readonly orderId: string;
  readonly action: ActionName | undefined;
  readonly object: string | undefined;
  readonly input: ActionInput;
}

/** An act about an order that the service has a part in: the commands that it consists of, one after the other. */
export interface PossibleAct {
  readonly action: ActionName;
  readonly object: string;
  readonly commands: readonly Asked[];
  /** Why it cannot be, where no command says so. */
  readonly refusal?: Problem;
  readonly most?: WireMoney;
  readonly asks?: readonly { readonly whom: string; readonly what: string }[];
}

export interface ServiceDefinition<Settings extends SettingsTable = SettingsTable> {
  readonly name: string;
  readonly tables: Tables;
  /** Folder of the service's SQL migrations. */
  readonly migrations: URL;
  readonly settings?: Settings;
  readonly answers: readonly Answering[];
  readonly hears: readonly Handling[];
  readonly says: readonly MessageContract[];
  readonly jobs?: readonly Job<Settings>[];
  readonly audit?: ServiceAudit;
  readonly records?: RecordsOfOrder;
  /** Each is decided over the rows as they are, and nothing is written. */
  possibleActs?(asked: ActsAsked, context: Context): Promise<readonly PossibleAct[]>;
  /** Runs once after migrations, before the service answers: seeds, keys. */
  begin?(context: Context<Settings>): Promise<void>;
}

export interface Service extends ServiceDefinition {}

/** A service is a value that reads like its own documentation. */
export function defineService<const Settings extends SettingsTable>(definition: ServiceDefinition<Settings>): Service {
  return definition as unknown as Service;
}
