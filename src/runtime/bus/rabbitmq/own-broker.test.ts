import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from 'amqplib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { isAlive, until } from '../../database/embedded/processes.ts';
import { type OwnBroker, startOwnBroker } from './own-broker.ts';
import { findRabbitmq } from './own-broker-program.ts';

const folder = await mkdtemp(join(tmpdir(), 'suanpan-broker-'));

afterAll(() => rm(folder, { recursive: true, force: true }));

afterEach(() => {
  vi.unstubAllEnvs();
});

it('says in plain words what to do where there is no RabbitMQ', async () => {
  vi.stubEnv('PATH', folder);
  await expect(startOwnBroker({ folder })).rejects.toThrow(/apt install rabbitmq-server/);
});

describe.skipIf(findRabbitmq() === undefined)('a RabbitMQ of our own', () => {
  let broker: OwnBroker;

  beforeAll(async () => {
    broker = await startOwnBroker({ folder: join(folder, 'one') });
  });

  afterAll(() => broker?.stop());

  it('listens on one port of the loopback interface and nowhere else, also not to other Erlang nodes', async () => {
    const listening = await broker.evaluate(
      `[inet:sockname(Port) || Port <- erlang:ports(), erlang:port_info(Port, name) == {name, "tcp_inet"},
        inet:peername(Port) == {error, enotconn}]`,
    );
    expect(listening).toBe(`[{ok,{{127,0,0,1},${broker.port}}}]`);
  });

  it('has its folder for itself', async () => {
    await expect(startOwnBroker({ folder: join(folder, 'one') })).rejects.toThrow(/in use/);
  });

  it('keeps what it confirmed, through SIGKILL and another start', async () => {
    const before = await connect(broker.url);
    before.on('error', () => undefined);
    const sending = await before.createConfirmChannel();
    sending.on('error', () => undefined);
    await sending.assertQueue('kept', { arguments: { 'x-queue-type': 'quorum' } });
    sending.sendToQueue('kept', Buffer.from('here'), { persistent: true });
    await sending.waitForConfirms();
    // Half a second after it made a queue it does so by itself.
    await broker.evaluate('[dets:sync(Table) || Table <- dets:all()]');
    const { pid } = broker;
    await broker.kill();
    expect(broker.running).toBe(false);
    expect(isAlive(pid)).toBe(false);
    await broker.start();
    const after = await connect(broker.url);
    const reading = await after.createChannel();
    expect(await reading.get('kept')).toMatchObject({ content: Buffer.from('here') });
    await after.close();
  });

  it('ends with the process that started it, whatever ends that, even if it hangs itself', async () => {
    const script = `
      const { startOwnBroker } = await import(${JSON.stringify(new URL('./own-broker.ts', import.meta.url).href)});
      const broker = await startOwnBroker({ folder: ${JSON.stringify(join(folder, 'other'))} });
      broker.hang();
      console.log(broker.pid);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const pid = Number(line);
    expect(isAlive(pid)).toBe(true);
    child.kill('SIGKILL');
    expect(await until(() => !isAlive(pid), 20_000)).toBe(true);
  });
});
