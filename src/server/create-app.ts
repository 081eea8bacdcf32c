/** Decides what each route of the webhook answers; listening is another matter. */

import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  fastify,
  type onRequestHookHandler,
} from 'fastify';
import type { Admission, Guard } from '../admission/index.ts';
import type { Identity } from './client-identity.ts';
import type { Logger } from './create-logger.ts';
import type { Endpoint, Metrics } from './create-metrics.ts';
import { addHealthRoutes } from './health-routes.ts';
import { logAdmission } from './log-admission.ts';
import { type Body, type BodyLimits, createBodyReader, defaultBodyLimits } from './read-body.ts';
import type { Readiness } from './readiness.ts';
import { preliminaryAnswers, refuseUnknown } from './refuse-unknown.ts';
import { composeStatus } from './status.ts';
import { createTimeoutReader } from './timeout.ts';

export type Admit = (text: string, guard: Guard, now: number) => Admission;

export interface AppOptions {
  readonly validate: Admit;
  readonly mutate: Admit;
  /** What is in force now; read anew for each request, since the policy may be reloaded. */
  readonly guard: () => Guard;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly log: Logger;
  /** Whether to ask clients to go elsewhere, by `Connection: close` on each answer. */
  readonly isDraining?: () => boolean;
  /** Whether the client of a connection may ask for admission; absent where no client certificates are asked for. */
  readonly checkClient?: (socket: unknown) => Identity;
  readonly bodyLimits?: BodyLimits;
  /** What the server below is made of: TLS, timeouts. */
  readonly server?: FastifyServerOptions & Record<string, unknown>;
}

const routes: ReadonlyMap<string, string> = new Map([
  ['/validate', 'POST'],
  ['/mutate', 'POST'],
  ['/livez', 'GET, HEAD'],
  ['/readyz', 'GET, HEAD'],
  ['/healthz', 'GET, HEAD'],
]);

/**
 * Makes the webhook's app. Fastify's request log, body parsers, validation and serialization are left out: a body is text until the admission
 * room has read it, and an answer is text that it has written.
 */
export function createApp(options: AppOptions): FastifyInstance {
  const limits = options.bodyLimits ?? defaultBodyLimits;
  const app = fastify({
    ...options.server,
    ...preliminaryAnswers,
    logger: false,
    bodyLimit: limits.body,
    return503OnClosing: false,
  });
  app.removeAllContentTypeParsers();
  const readBody = createBodyReader(limits);
  // Fastify remembers which parser a content type has only if that is registered by name; `*` is looked for anew each time.
  app.addContentTypeParser('application/json', readBody);
  app.addContentTypeParser('*', readBody);
  refuseUnknown(app, routes, options.log);
  addHealthRoutes(app, options.readiness);
  addAdmissionRoute(app, 'validate', options.validate, options);
  addAdmissionRoute(app, 'mutate', options.mutate, options);
  return app;
}

function addAdmissionRoute(app: FastifyInstance, endpoint: Endpoint, admit: Admit, options: AppOptions): void {
  const { guard, now, metrics, log, checkClient } = options;
  const readTimeout = createTimeoutReader();
  const isDraining = options.isDraining ?? (() => false);
  const handler = (request: FastifyRequest, reply: FastifyReply): void => {
    const body = request.body as Body | undefined; // undefined where a request has no body at all
    const arrived = body?.arrived ?? performance.now();
    reply.header('content-type', 'application/json');
    if (isDraining()) reply.header('connection', 'close');
    const admission = admitOrFail(admit, body?.text ?? '', guard(), now());
    if (admission.kind === 'reviewed') {
      reply.send(admission.body);
      const milliseconds = performance.now() - arrived;
      const late = milliseconds > (readTimeout(request.query) ?? Number.POSITIVE_INFINITY);
      metrics.observeReview(admission.event, milliseconds / 1000, late);
      logAdmission(log, admission.event, late);
      return;
    }
    metrics.observeUnanswered(endpoint, admission.kind);
    if (admission.kind === 'failed') {
      log.error({ err: admission.error, endpoint }, 'defect: a review could not be judged');
      reply.code(500).send(composeStatus(500, 'kubelet-tls-guard failed on this review; its log says why'));
    } else {
      log.info({ endpoint, reason: admission.reason }, 'no AdmissionReview');
      reply.code(400).send(composeStatus(400, admission.reason));
    }
  };
  if (checkClient === undefined) app.post(`/${endpoint}`, handler);
  else app.post(`/${endpoint}`, { onRequest: demandClient(checkClient, log) }, handler);
}

/** Rules are caught by `judge`; what is thrown all the same is a defect, which must cost one request and not the process. */
function admitOrFail(
  admit: Admit,
  text: string,
  guard: Guard,
  now: number,
): Admission | { readonly kind: 'failed'; readonly error: unknown } {
  try {
    return admit(text, guard, now);
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** Before the body is read, so that strangers cannot make us hold theirs. */
function demandClient(checkClient: (socket: unknown) => Identity, log: Logger): onRequestHookHandler {
  return (request, reply, done) => {
    const identity = checkClient(request.raw.socket);
    if (identity.kind === 'allowed') {
      done();
      return;
    }
    log.warn({ address: request.raw.socket.remoteAddress, reason: identity.reason }, 'client refused');
    reply
      .code(identity.status)
      .header('content-type', 'application/json')
      .header('connection', 'close')
      .send(composeStatus(identity.status, identity.reason));
  };
}
