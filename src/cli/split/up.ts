import { Closings } from '#apps/closings.ts';
import { findFooting } from '#apps/footing.ts';
import { compose, gatewayName, services } from '#apps/services.ts';
import { platformSettings } from '#apps/settings.ts';
import { type Scheduler, systemScheduler } from '#runtime/seams/scheduler.ts';
import { readSettings } from '#runtime/settings/settings.ts';
import { makeLog } from '#runtime/telemetry/log.ts';
import { endOnSignals } from '../signals.ts';
import { hasPages } from '../web-build.ts';
import { welcome } from '../welcome.ts';
import { Child, healthOf } from './child.ts';
import { type Planned, planProcesses } from './plan.ts';

/** How long the demo shop and the broker are waited for once every process is ready. */
const patienceMs = 30_000;
const lookEveryMs = 200;

/** Every service in processes of its own on this machine, until it is told to end. */
export async function runSplit(instances: number): Promise<void> {
  const environment = { DEMO: '1', ...process.env };
  const settings = readSettings(platformSettings, environment);
  const scheduler = systemScheduler();
  const { all } = compose({ available: services, enabled: settings.enabled });
  const planned = await planProcesses([gatewayName, ...all.map(({ name }) => name)], instances, environment);

  const closings = new Closings();
  let isEnding = false;
  const stop = (): Promise<void> => {
    isEnding = true;
    return closings.run();
  };
  const log = makeLog({ level: settings.logLevel });
  const standing = findFooting({ settings, log, scheduler }, closings);
  endOnSignals(standing.then(() => ({ stop })));
  try {
    const footing = await standing;
    const children = childrenOf(planned, { ...environment, ...footing }, scheduler);
    closings.add(() => stopInOrder(children));
    // Nobody asks a gateway, and it asks all others.
    for (const wave of [children.filter((child) => !isGateway(child)), children.filter(isGateway)])
      await Promise.all(wave.map((child) => child.start()));
    await untilOpen(planned, scheduler);
    if (!isEnding) process.stdout.write(textOf(children, settings.demo));
  } catch (error) {
    // Who is told to end while it starts has not failed.
    if (isEnding) return;
    await stop();
    throw error;
  }
}

function childrenOf(
  planned: readonly Planned[],
  environment: Readonly<Record<string, string | undefined>>,
  scheduler: Scheduler,
): readonly Child[] {
  const nameLength = Math.max(...planned.map(({ name }) => name.length));
  return planned.map((one) => new Child(one, environment, scheduler, nameLength));
}

function isGateway({ planned }: Child): boolean {
  return planned.service === gatewayName;
}

/** The gateways first: what they have accepted, the others still answer. */
async function stopInOrder(children: readonly Child[]): Promise<void> {
  await Promise.all(children.filter(isGateway).map((child) => child.stop()));
  await Promise.all(children.filter((child) => !isGateway(child)).map((child) => child.stop()));
}

/** Until nothing is degraded any more: the broker is there, and the demo shop open. */
async function untilOpen(planned: readonly Planned[], scheduler: Scheduler): Promise<void> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += lookEveryMs) {
    const healths = await Promise.all(planned.map(({ internalPort }) => healthOf(internalPort)));
    if (healths.every((health) => health?.status === 'ready' && !health.degraded)) return;
    await scheduler.wait(lookEveryMs);
  }
}

function textOf(children: readonly Child[], isDemo: boolean): string {
  const [gateway] = children.filter(isGateway);
  const url = `http://localhost:${gateway?.planned.port}`;
  const internalUrl = `http://localhost:${gateway?.planned.internalPort}`;
  const hasOwnAdministrator = process.env.ADMIN_EMAIL !== undefined;
  const nameLength = Math.max(...children.map(({ planned }) => planned.name.length));
  const table = children.map(({ planned, pid }) => {
    const { name, port, internalPort } = planned;
    return `    ${name.padEnd(nameLength)}  ${String(pid).padStart(7)}  ${String(port).padStart(5)}  ${internalPort}`;
  });
  const head = `    ${'process'.padEnd(nameLength)}      pid   port  health`;
  const more = ['  Its processes:', '', head, ...table, ''];
  return welcome({ url, internalUrl, isDemo, hasOwnAdministrator, hasPages: hasPages(), more });
}
