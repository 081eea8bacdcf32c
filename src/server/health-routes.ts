/** Adds /livez, /readyz and /healthz, which answer at once from what is already known. */

import type { FastifyInstance } from 'fastify';
import type { Readiness } from './readiness.ts';

/** Adds the health routes to an app. `livez` fails only by not answering: a full stop is what a restart cures. */
export function addHealthRoutes(app: FastifyInstance, readiness: Readiness): void {
  const live = async (request: { query: unknown }) =>
    isVerbose(request.query) ? '[+]ping ok\nlivez check passed\n' : 'ok';
  app.get('/livez', live);
  app.get('/healthz', live);
  app.get('/readyz', async (request, reply) => {
    const ready = readiness.isReady();
    reply.code(ready ? 200 : 503);
    return ready && !isVerbose(request.query) ? 'ok' : readiness.describe();
  });
}

function isVerbose(query: unknown): boolean {
  return typeof query === 'object' && query !== null && Object.hasOwn(query, 'verbose');
}
