import type { Channel, ChannelOptions, ConfirmChannel, Connection } from 'amqplib/callback_api';

/** Whatever amqplib answers through a callback. It throws at once where the channel or the connection has ended. */
export function ask<Answer>(send: (done: (error: Error | null, answer: Answer) => void) => void): Promise<Answer> {
  return new Promise((resolve, reject) => {
    send((error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

/** A channel, and when it has ended and why. */
export interface OpenChannel<Kind extends Channel = Channel> {
  readonly channel: Kind;
  /** Aborts with the reason once nothing can be sent and nothing comes any more. */
  readonly ended: AbortSignal;
}

export function openChannel(connection: Connection): Promise<OpenChannel> {
  return opened((done) => connection.createChannel(done));
}

export function openConfirmChannel(
  connection: Connection,
  options: ChannelOptions,
): Promise<OpenChannel<ConfirmChannel>> {
  return opened((done) => connection.createConfirmChannel(options, done));
}

function opened<Kind extends Channel>(
  create: (done: (error: Error | null, channel: Kind) => void) => Kind,
): Promise<OpenChannel<Kind>> {
  return new Promise((resolve, reject) => {
    const ended = new AbortController();
    let reason: Error | undefined;
    const channel = create((error) => (error ? reject(error) : resolve({ channel, ended: ended.signal })));
    channel.on('error', (error: Error) => {
      reason = error;
    });
    channel.on('close', () => ended.abort(reason ?? new Error('the channel was closed')));
  });
}

/** Asks to close; resolves when it is, whoever closed it. What was sent before reaches the broker before. */
export function closeChannel({ channel, ended }: OpenChannel): Promise<void> {
  return new Promise((resolve) => {
    if (ended.aborted) return resolve();
    ended.addEventListener('abort', () => resolve(), { once: true });
    try {
      channel.close();
    } catch {
      resolve();
    }
  });
}

/** Uses a channel for something short. What goes wrong on it ends no other channel. */
export async function onChannel<Result>(
  connection: Connection,
  use: (channel: Channel) => Promise<Result>,
): Promise<Result> {
  const open = await openChannel(connection);
  try {
    return await use(open.channel);
  } finally {
    void closeChannel(open);
  }
}
