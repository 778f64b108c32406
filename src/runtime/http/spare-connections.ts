import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export interface SpareConnections {
  close(): void;
}

/**
 * Connections on which nothing was asked yet: browsers open some to have them at hand. Node counts them neither as idle nor, once
 * the server is closing, as late with their headers: a drain would wait for them to its very end.
 */
export function spareConnectionsOf(server: Server): SpareConnections {
  const spare = new Set<Socket>();
  server.on('connection', (socket) => {
    spare.add(socket);
    socket.once('close', () => spare.delete(socket));
  });
  server.on('request', ({ socket }) => spare.delete(socket));
  return {
    close() {
      for (const socket of spare) socket.destroy();
    },
  };
}
