import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MailServer, startMailServer } from '../../mail/mail-server.ts';
import { startTestProviders, type TestProviders } from '../../support/providers.ts';
import type { Death } from '../matrix.ts';
import type { Arrangement } from './arrangement.ts';
import { seed, Table, tryDeath, tryFirstStart } from './deaths.ts';
import { Ground } from './ground.ts';
import { Scene } from './scene.ts';

const timeout = 300_000;

/**
 * Every death of the list in its arrangement: one scene for each service whose process dies, in which the cases come one after
 * the other. One that is chosen by name (`-t`) needs none of the others.
 */
export function matrixSuite(arrangementOf: (service: string) => Arrangement, deaths: readonly Death[]): void {
  const { name, bus } = arrangementOf('ordering');
  const table = new Table(name);
  let ground: Ground;
  let mail: MailServer;
  let providers: TestProviders;
  const environment = () => ({ SMTP_URL: mail.url });

  beforeAll(async () => {
    const own = Ground.open({ broker: bus === 'rabbitmq' });
    [ground, mail, providers] = await Promise.all([own, startMailServer(), startTestProviders()]);
  }, timeout);

  afterAll(async () => {
    table.print();
    await ground?.[Symbol.asyncDispose]();
    await mail?.[Symbol.asyncDispose]();
    await providers?.[Symbol.asyncDispose]();
  }, timeout);

  const tried = (death: Death, scene: Scene, attempt: typeof tryDeath) => async () => {
    try {
      const verdict = await scene.explain(() => attempt(scene, death));
      table.add(name, verdict);
      expect(verdict.payments).toBeGreaterThan(0);
    } catch (error) {
      table.failed(name, death.point);
      throw error;
    }
  };

  const services = [...new Set(deaths.map(({ service }) => service))];
  describe.each(services)(`${name} (CRASH_SEED=${seed}): %s`, (service) => {
    let scene: Scene;
    const own = deaths.filter((death) => death.service === service);
    const [first, later] = [own.filter(isFirst), own.filter((death) => !isFirst(death))];

    beforeAll(async () => {
      scene = await Scene.open(ground, arrangementOf(service), environment(), providers);
    }, timeout);
    afterAll(() => scene?.[Symbol.asyncDispose](), timeout);

    test.each(later.map((death) => [death.point, death] as const))('%s', { timeout }, (_point, death) =>
      tried(death, scene, tryDeath)(),
    );

    test.each(first.map((death) => [death.point, death] as const))('%s', { timeout }, async (_point, death) => {
      await using bare = new Scene(ground, arrangementOf(service), environment(), providers);
      await tried(death, bare, tryFirstStart)();
    });
  });
}

function isFirst({ by }: Death): boolean {
  return by === 'empty store';
}
