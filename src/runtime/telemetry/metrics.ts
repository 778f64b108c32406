import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The baseline of 004 §4.2: rate, latency, errors, backlog, retries, dead letters; scraped at `/metrics`. */
export function makeMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];
  return {
    registry,
    requests: new Histogram({
      name: 'suanpan_http_request_seconds',
      help: 'HTTP requests at the gateway: rate, latency and errors by operation and status.',
      labelNames: ['operation', 'status'],
      buckets: seconds,
      registers,
    }),
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
      buckets: seconds,
      registers,
    }),
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
      buckets: seconds,
      registers,
    }),
    backlog: new Gauge({
      name: 'suanpan_subscription_backlog_positions',
      help: 'Log positions between the head of the source and the cursor of the subscription.',
      labelNames: ['service', 'source'],
      registers,
    }),
    deadLetters: new Gauge({
      name: 'suanpan_dead_letters',
      help: 'Dead letters by status.',
      labelNames: ['service', 'status'],
      registers,
    }),
    deadLetterAge: new Gauge({
      name: 'suanpan_dead_letter_oldest_seconds',
      help: 'Age of the oldest dead letter that is not settled.',
      labelNames: ['service'],
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

export type Metrics = ReturnType<typeof makeMetrics>;
