import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The baseline of 004 §4.2: rate, latency, errors, backlog, retries, dead letters; scraped at `/metrics`. */
export function makeMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    ...httpMetrics(registers),
    ...writerMetrics(registers),
    ...messageMetrics(registers),
    ...deadLetterMetrics(registers),
  };
}

/** Upper bounds of what latencies are told apart by. */
export const latencyBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];

function httpMetrics(registers: Registry[]) {
  return {
    requests: new Histogram({
      name: 'suanpan_http_request_seconds',
      help: 'HTTP requests at the gateway: rate, latency and errors by operation and status.',
      labelNames: ['operation', 'status'],
      buckets: latencyBounds,
      registers,
    }),
    calls: new Histogram({
      name: 'suanpan_call_seconds',
      help: 'Calls from other processes answered here: rate, latency and errors by operation and status.',
      labelNames: ['operation', 'status'],
      buckets: latencyBounds,
      registers,
    }),
    breakers: new Gauge({
      name: 'suanpan_breaker_state',
      help: 'Circuit breakers by the base URL of the instance: 0 closed, 1 half open, 2 open (it does not answer).',
      labelNames: ['instance'],
      registers,
    }),
  };
}

function writerMetrics(registers: Registry[]) {
  return {
    batchSize: new Histogram({
      name: 'suanpan_batch_items',
      help: 'Requests and messages per transaction.',
      labelNames: ['service'],
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
      registers,
    }),
    batchSeconds: new Histogram({
      name: 'suanpan_batch_seconds',
      help: 'From BEGIN to the answer to COMMIT.',
      labelNames: ['service'],
      buckets: latencyBounds,
      registers,
    }),
    retries: new Counter({
      name: 'suanpan_retries_total',
      help: 'Attempts repeated: messages, batches, calls.',
      labelNames: ['service', 'what'],
      registers,
    }),
  };
}

function messageMetrics(registers: Registry[]) {
  return {
    handled: new Counter({
      name: 'suanpan_messages_total',
      help: 'Messages by what became of them: done, held, retry, parked.',
      labelNames: ['service', 'type', 'outcome'],
      registers,
    }),
    lag: new Histogram({
      name: 'suanpan_message_lag_seconds',
      help: 'From a message being said to its effect being committed.',
      labelNames: ['service', 'source'],
      buckets: latencyBounds,
      registers,
    }),
    backlog: new Gauge({
      name: 'suanpan_subscription_backlog_positions',
      help: 'Log positions between the head of the source and the cursor of the subscription.',
      labelNames: ['service', 'source'],
      registers,
    }),
    refused: new Counter({
      name: 'suanpan_bus_refused_total',
      help: 'Messages that the broker returned, rejected or did not confirm; alarm where it grows: their consumers wait.',
      labelNames: ['service', 'consumer', 'reason'],
      registers,
    }),
  };
}

function deadLetterMetrics(registers: Registry[]) {
  return {
    deadLetters: new Gauge({
      name: 'suanpan_dead_letters',
      help: 'Dead letters of the service by status, counted in its database: each of its instances shows all of them.',
      labelNames: ['service', 'status'],
      registers,
    }),
    deadLetterAge: new Gauge({
      name: 'suanpan_dead_letter_oldest_seconds',
      help: 'Age of the oldest dead letter of the status, counted as suanpan_dead_letters is; 0 where there is none.',
      labelNames: ['service', 'status'],
      registers,
    }),
    deadLetterSettled: new Histogram({
      name: 'suanpan_dead_letter_settled_seconds',
      help: 'From a message being set aside to its effect (retried) or its being discarded: the loop of 004 §4.3.',
      labelNames: ['service', 'outcome'],
      buckets: [1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 21_600, 86_400],
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof makeMetrics>;
