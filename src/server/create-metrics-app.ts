/** Answers /metrics, and health again, on a plain HTTP listener of its own. */

import { type FastifyInstance, type FastifyServerOptions, fastify } from 'fastify';
import type { Logger } from './create-logger.ts';
import type { Metrics } from './create-metrics.ts';
import { addHealthRoutes } from './health-routes.ts';
import type { Readiness } from './readiness.ts';
import { preliminaryAnswers, refuseUnknown } from './refuse-unknown.ts';

const routes: ReadonlyMap<string, string> = new Map(
  ['/metrics', '/livez', '/readyz', '/healthz'].map((path) => [path, 'GET, HEAD']),
);

/** Makes the app for scrapers. It reads no bodies. */
export function createMetricsApp(
  metrics: Metrics,
  readiness: Readiness,
  log: Logger,
  server: FastifyServerOptions & Record<string, unknown> = {},
): FastifyInstance {
  const app = fastify({ ...server, ...preliminaryAnswers, logger: false, bodyLimit: 1, return503OnClosing: false });
  app.removeAllContentTypeParsers();
  refuseUnknown(app, routes, log);
  addHealthRoutes(app, readiness);
  app.get('/metrics', async (_request, reply) => {
    reply.header('content-type', metrics.contentType);
    return metrics.render();
  });
  return app;
}
