import { Socket } from 'node:net';

/**
 * Loads a package that changes how connections end for the whole process, and puts back what was there before. That of Alipay
 * does, by what it would fetch with (urllib 4): its `Socket.prototype.destroy` throws when one error ends a second connection,
 * as where a service that is called goes away, and that brings the process down.
 */
export function keepingSockets<Loaded>(load: () => Loaded): Loaded {
  const { destroy } = Socket.prototype;
  try {
    return load();
  } finally {
    Socket.prototype.destroy = destroy;
  }
}
