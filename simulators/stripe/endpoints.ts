import { type Card, cardByName, cardByNumber } from './cards.ts';
import { Fault, invalid, missing } from './faults.ts';
import { expanded, pageOf, paging, searchIntents } from './lists.ts';
import type { Cause, Intent } from './objects.ts';
import {
  choice,
  created,
  expand,
  flag,
  integer,
  list,
  metadata,
  nested,
  type Read,
  readParameters,
  required,
  type Shape,
  text,
} from './parameters.ts';
import { cancel, confirm, createIntent } from './payments.ts';
import { createRefund } from './refunds.ts';
import type { Webhooks } from './webhooks.ts';
import type { World } from './world.ts';

export interface Call {
  readonly world: World;
  readonly webhooks: Webhooks;
  readonly ids: readonly string[];
  readonly cause: Cause;
  /** The balance as the bill has it, with the errors that were planted. */
  readonly statement: World['transactions'];
}

export interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  /** Whether a browser may ask, with the publishable key and the client secret. */
  readonly publishable: boolean;
  /** Reads the parameters, which throws what is wrong with them; what it returns then does it. */
  prepare(form: Parameters<typeof readParameters>[0]): (call: Call) => object;
}

function endpoint<const S extends Shape>(
  method: Endpoint['method'],
  path: string,
  shape: S,
  run: (call: Call, parameters: Read<S>) => object,
  publishable = false,
): Endpoint {
  const pattern = new RegExp(`^/v1/${path.replaceAll(':id', '([A-Za-z0-9_]+)')}$`);
  return {
    ...{ method, path: pattern, publishable },
    prepare(form) {
      const parameters = readParameters(form, shape);
      return (call) => {
        const paths: unknown = (parameters as Readonly<Record<string, unknown>>).expand;
        return expanded(call.world, run(call, parameters), (paths as readonly string[] | undefined) ?? []);
      };
    },
  };
}

const reasons = ['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'] as const;
const method = choice(['card']);

const intents: readonly Endpoint[] = [
  endpoint(
    'POST',
    'payment_intents',
    {
      ...{ amount: required(integer(1, 999_999_999_999)), currency: required(text(3)), metadata, expand },
      ...{
        payment_method_types: list(method),
        automatic_payment_methods: nested({ enabled: flag, allow_redirects: text() }),
      },
      ...{ capture_method: choice(['automatic', 'automatic_async']), description: text(1_000) },
      ...{ statement_descriptor_suffix: text(22), confirm: flag, payment_method: text() },
    },
    ({ world, cause }, wanted) => {
      const intent = createIntent(
        world,
        {
          ...{ amount: wanted.amount, currency: wanted.currency, description: wanted.description },
          ...{ capture: wanted.capture_method ?? 'automatic_async', metadata: wanted.metadata },
          ...{ types: wanted.payment_method_types ?? ['card'], suffix: wanted.statement_descriptor_suffix },
        },
        cause,
      );
      if (!wanted.confirm) return intent;
      return confirm(world, intent, cardNamed(required(text())(wanted.payment_method, 'payment_method')), cause);
    },
  ),
  endpoint('GET', 'payment_intents', { ...paging, created, customer: text() }, ({ world }, page) =>
    pageOf('/v1/payment_intents', 'payment_intent', matching(world.intents.values(), page.created), page),
  ),
  endpoint(
    'GET',
    'payment_intents/search',
    { query: required(text()), limit: integer(1, 100), page: text(), expand },
    ({ world }, { query, limit, page }) => searchIntents(world, query, limit, page),
  ),
  endpoint(
    'GET',
    'payment_intents/:id',
    { client_secret: text(), expand },
    ({ world, ids }, { client_secret }) => intentOf(world, ids, client_secret),
    true,
  ),
  endpoint(
    'POST',
    'payment_intents/:id',
    { description: text(1_000), metadata, statement_descriptor_suffix: text(22), expand },
    ({ world, ids }, changes) => {
      const intent = intentOf(world, ids);
      if (changes.description !== undefined) intent.description = changes.description;
      if (changes.statement_descriptor_suffix !== undefined) {
        intent.statement_descriptor_suffix = changes.statement_descriptor_suffix;
      }
      intent.metadata = { ...intent.metadata, ...changes.metadata };
      return intent;
    },
  ),
  endpoint(
    'POST',
    'payment_intents/:id/confirm',
    {
      ...{ client_secret: text(), expand, payment_method: text(), return_url: text(), use_stripe_sdk: flag },
      payment_method_data: nested({
        type: required(method),
        card: required(nested({ number: required(text()), exp_month: text(), exp_year: text(), cvc: text() })),
      }),
    },
    ({ world, ids, cause }, given) => {
      const intent = intentOf(world, ids, given.client_secret);
      const { payment_method: name, payment_method_data: data } = given;
      const card = data ? cardByNumber(data.card.number) : cardNamed(required(text())(name, 'payment_method'));
      return confirm(world, intent, card, cause);
    },
    true,
  ),
  endpoint(
    'POST',
    'payment_intents/:id/cancel',
    { cancellation_reason: choice(reasons), expand },
    ({ world, ids, cause }, given) => cancel(world, intentOf(world, ids), given.cancellation_reason, cause),
  ),
];

const refunds: readonly Endpoint[] = [
  endpoint(
    'POST',
    'refunds',
    {
      ...{ payment_intent: text(), charge: text(), amount: integer(1, 999_999_999_999), metadata, expand },
      reason: choice(['duplicate', 'fraudulent', 'requested_by_customer']),
    },
    ({ world, cause }, wanted) => createRefund(world, wanted, cause),
  ),
  endpoint('GET', 'refunds', { ...paging, created, payment_intent: text(), charge: text() }, ({ world }, page) => {
    const found = matching(world.refunds.values(), page.created).filter(
      (refund) =>
        (page.payment_intent ?? refund.payment_intent) === refund.payment_intent &&
        (page.charge ?? refund.charge) === refund.charge,
    );
    return pageOf('/v1/refunds', 'refund', found, page);
  }),
  endpoint('GET', 'refunds/:id', { expand }, ({ world, ids: [id = ''] }) => {
    const refund = world.refunds.get(id);
    if (!refund) throw missing('refund', id, 'refund');
    return refund;
  }),
  endpoint('GET', 'charges/:id', { expand }, ({ world, ids: [id = ''] }) => {
    const charge = world.charges.get(id);
    if (!charge) throw missing('charge', id, 'charge');
    return charge;
  }),
];

const account: readonly Endpoint[] = [
  endpoint(
    'GET',
    'balance_transactions',
    { ...paging, created, type: text(), source: text() },
    ({ statement }, page) => {
      const found = matching(statement, page.created).filter(
        (one) => (page.type ?? one.type) === one.type && (page.source ?? one.source) === one.source,
      );
      return pageOf('/v1/balance_transactions', 'balance_transaction', found, page);
    },
  ),
  endpoint('GET', 'events', { ...paging, created, type: text(), types: list(text()) }, ({ world }, page) => {
    const found = matching(world.events, page.created).filter(
      ({ type }) => (page.type ?? type) === type && (page.types?.includes(type) ?? true),
    );
    return pageOf('/v1/events', 'event', found, page);
  }),
  endpoint('GET', 'webhook_endpoints', paging, ({ webhooks }, page) =>
    pageOf('/v1/webhook_endpoints', 'webhook_endpoint', webhooks.endpoints(), page),
  ),
  endpoint('GET', 'account', { expand }, ({ world }) => ({
    ...{
      id: world.account.id,
      object: 'account',
      charges_enabled: true,
      payouts_enabled: true,
      details_submitted: true,
    },
    ...{ default_currency: world.account.currency, country: 'HK', type: 'standard' },
  })),
];

export const endpoints: readonly Endpoint[] = [...intents, ...refunds, ...account];

function intentOf(world: World, [id = '']: readonly string[], secret?: string): Intent {
  const intent = world.intents.get(id);
  if (!intent) throw missing('payment_intent', id, 'intent');
  if (secret !== undefined && secret !== intent.client_secret) {
    const message = 'The client_secret provided does not match the client_secret associated with the PaymentIntent.';
    throw new Fault(400, { ...{ type: 'invalid_request_error', code: 'payment_intent_invalid_parameter' }, message });
  }
  return intent;
}

function cardNamed(name: string): Card {
  const card = cardByName(name);
  if (!card) throw missing('PaymentMethod', name, 'payment_method', 400);
  return card;
}

function matching<Item extends { readonly created: number }>(
  items: Iterable<Item>,
  test: ((at: number) => boolean) | undefined,
): Item[] {
  return [...items].filter((item) => test?.(item.created) ?? true);
}

export const unrecognized = (verb: string, path: string): Fault =>
  new Fault(404, {
    type: 'invalid_request_error',
    message: `Unrecognized request URL (${verb}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
  });

export const notAForm = (): Fault =>
  invalid('Invalid request (check that your POST content type is application/x-www-form-urlencoded).');
