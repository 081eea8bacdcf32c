/** Opens a port, and says in one line why that fails and what to do. */

import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface Address {
  readonly address: string;
  readonly port: number;
}

export type Listening =
  | ({ readonly kind: 'listening' } & Address)
  | { readonly kind: 'failed'; readonly message: string };

/** Listens on an address; port 0 chooses a free one. */
export async function listen(app: FastifyInstance, { address, port }: Address, flag: string): Promise<Listening> {
  try {
    await app.listen({ host: address, port, backlog: 1024 });
  } catch (error) {
    return { kind: 'failed', message: explain(error, `${bracketed(address)}:${port}`, flag) };
  }
  const bound = app.server.address() as AddressInfo; // a string only for Unix sockets
  return { kind: 'listening', address: bound.address, port: bound.port };
}

/** An address as it stands in a URL. */
export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function explain(error: unknown, place: string, flag: string): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return `${place} is taken by another program: end that one, or choose another with ${flag}`;
    case 'EACCES':
      return `${place} may not be opened by this user (ports below 1024 are privileged): choose another with ${flag}`;
    case 'EADDRNOTAVAIL':
      return `${place} is no address of this machine: choose another with ${flag}`;
    default:
      return `cannot listen on ${place} (${flag}): ${error instanceof Error ? error.message : String(error)}`;
  }
}
