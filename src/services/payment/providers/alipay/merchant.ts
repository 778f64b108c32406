import type { KeyObject } from 'node:crypto';

/** What the merchant has from https://open.alipay.com, read and checked (settings.ts). */
export interface AlipaySettings {
  /** Sixteen digits: the app's. */
  readonly appId: string;
  /** The merchant's own number (PID), `2088…`. */
  readonly sellerId: string;
  /** The app's private key; RSA. */
  readonly privateKey: KeyObject;
  /** Alipay's key, not the app's public one. */
  readonly alipayPublicKey: KeyObject;
  /** `https://openapi.alipay.com/gateway.do`, or that of the sandbox. */
  readonly gateway: string;
  readonly notifyUrl: string;
  /** No question takes longer, whatever its caller's deadline. */
  readonly timeoutMostMs: number;
}

/** Where plain http may go: to this machine. */
export function isLoopback(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
