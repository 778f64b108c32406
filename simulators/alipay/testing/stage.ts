import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type MovableTime, movableTime } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import { type AlipaySimulator, type AlipaySimulatorOptions, startAlipaySimulator } from '../simulator.ts';

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Making keys takes a moment: one pair of each per test file. */
export const appKeys: KeyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const alipayKeys: KeyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const merchant = { appId: '2021000123456789', sellerId: '2088000123456789', publicKey: appKeys.publicKey };

/** Alipay, played, with a merchant that it knows, in a time that can be moved. */
export async function startStage(
  options: Partial<AlipaySimulatorOptions> = {},
): Promise<{ readonly simulator: AlipaySimulator; readonly time: MovableTime }> {
  const time = movableTime(() => systemClock.now());
  const key = alipayKeys.privateKey;
  const simulator = await startAlipaySimulator({ clock: time, scheduler: time, merchant, key, ...options });
  return { simulator, time };
}
