import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { keepingSockets } from './sockets.ts';

test('after Alipay’s client is loaded, one error still ends any number of connections', () => {
  const { destroy } = Socket.prototype;
  keepingSockets(() => createRequire(import.meta.url)('alipay-sdk'));
  expect(Socket.prototype.destroy).toBe(destroy);
  const error = new Error('the service went away');
  for (const socket of [new Socket(), new Socket()]) {
    socket.on('error', () => undefined);
    expect(() => socket.destroy(error)).not.toThrow();
  }
});
