/** Ends listeners: answers under way are finished, idle connections are closed, and nobody can keep the process alive for longer than a grace. */

import type { Server, Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Remembers a server's open connections, those included that never came as far as a request. */
export function trackConnections(server: Server): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  return connections;
}

/**
 * Closes apps. What is still open after the grace is cut.
 * @param grace Milliseconds.
 */
export async function closeApps(
  apps: readonly FastifyInstance[],
  connections: ReadonlySet<Socket>,
  grace: number,
): Promise<void> {
  const closed = Promise.all(apps.map((app) => app.close()));
  const cut = setTimeout(() => {
    for (const app of apps) app.server.closeAllConnections();
    for (const connection of connections) connection.destroy();
  }, grace);
  await closed;
  clearTimeout(cut);
}
