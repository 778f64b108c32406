import type { Static, TObject, TSchema } from 'typebox';
import type { ProblemCode } from '#kernel/problem.ts';

/** Who may call: anybody, a signed-in user, an operator or administrator, or only the platform's own services. */
export type Access = 'public' | 'user' | 'operator' | 'admin' | 'service';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * The contract of one HTTP operation: server, typed client and OpenAPI 3.1 come out of it.
 * A success is one of `answers`; everything else is a problem from the catalogue.
 */
export interface Operation<
  Params extends TObject = TObject,
  Query extends TObject = TObject,
  Body extends TSchema = TSchema,
  Answers extends Readonly<Record<number, TSchema>> = Readonly<Record<number, TSchema>>,
> {
  /** The service that answers. */
  readonly service: string;
  /** A verb and an object in camelCase: OpenAPI's operationId. */
  readonly name: string;
  readonly summary: string;
  readonly method: Method;
  /** With parameters as `{name}`, for instance `/v1/orders/{id}`. Paths of access `service` begin with `/internal/<service>/`. */
  readonly path: string;
  readonly access: Access;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** Body schema by success status; `Type.Null()` for 204. */
  readonly answers: Answers;
  readonly problems?: readonly ProblemCode[];
  /** `required`: refused without an Idempotency-Key. */
  readonly idempotencyKey?: 'required';
  /** Bytes that the body has at most; 1 MiB otherwise. */
  readonly bodyBytesMax?: number;
  /** Payments and callbacks keep reserved places in the batch. */
  readonly urgent?: true;
  /** Requests per minute and caller; the gateway's default otherwise. */
  readonly ratePerMinute?: number;
  /** Counted per address instead of per user: log-in and registration. */
  readonly rateBy?: 'address' | 'user';
  /** A media type other than application/json that a 200 carries, for instance `text/plain`. */
  readonly produces?: string;
  /**
   * Somebody else's protocol, at the public server alone: a body of whatever media type is handed on as its bytes (`rawBody`), and
   * the answer is the text, status and headers that the handler gives.
   */
  readonly raw?: true;
}

export function operation<
  const Params extends TObject = TObject,
  const Query extends TObject = TObject,
  const Body extends TSchema = TSchema,
  const Answers extends Readonly<Record<number, TSchema>> = Readonly<Record<number, TSchema>>,
>(definition: Operation<Params, Query, Body, Answers>): Operation<Params, Query, Body, Answers> {
  return definition;
}

export type ParamsOf<O extends Operation> = O extends Operation<infer P, TObject, TSchema> ? Static<P> : never;
export type QueryOf<O extends Operation> = O extends Operation<TObject, infer Q, TSchema> ? Static<Q> : never;
export type BodyOf<O extends Operation> = O extends Operation<TObject, TObject, infer B> ? Static<B> : never;

/** The statuses of success that operations use; written out so that a handler's `status: 200` keeps its literal type. */
type SuccessStatus = 200 | 201 | 202 | 204;

/** By names in lower case; several of one name for `set-cookie` alone. */
export type AnswerHeaders = Readonly<Record<string, string | string[]>>;

/** What an answer of the operation may be: status and body together. */
export type AnswerOf<O extends Operation> = { readonly status: SuccessStatus } & {
  [Status in keyof O['answers'] & number]: {
    readonly status: Status;
    readonly body: Static<O['answers'][Status]>;
    readonly headers?: AnswerHeaders;
  };
}[keyof O['answers'] & number];
