/** Answers what no route knows: 404 with what there is, 405 with the methods that would do, and every error as a Status. */

import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { composeStatus } from './status.ts';

/** What is answered before any route is known: to URLs that cannot be decoded, and to what is no HTTP, too slow or too long. */
export const preliminaryAnswers = {
  frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void => {
    reply.code(400).header('content-type', 'application/json').send(composeStatus(400, error.message));
  },
  clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket): void => {
    const [code, phrase, message] = faults[error.code ?? ''] ?? [400, 'Bad Request', 'this is no HTTP request'];
    if (socket.writable && error.code !== 'ECONNRESET') {
      const body = composeStatus(code, message);
      const headers = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`;
      socket.write(`HTTP/1.1 ${code} ${phrase}\r\n${headers}\r\n\r\n${body}`);
    }
    socket.destroy();
  },
};

const faults: Readonly<Record<string, readonly [code: number, phrase: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'the request was not whole in time'],
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'the headers are too large'],
};

/** Sets an app's answers to unknown paths, wrong methods and errors. `routes` maps each path to its methods. */
export function refuseUnknown(app: FastifyInstance, routes: ReadonlyMap<string, string>, log: Logger): void {
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allow = routes.get(path);
    reply.header('content-type', 'application/json');
    if (allow === undefined) {
      return reply.code(404).send(composeStatus(404, `there is nothing here: try ${[...routes.keys()].join(', ')}`));
    }
    reply.header('allow', allow);
    return reply.code(405).send(composeStatus(405, `${path} is for ${allow}, not ${request.method}`));
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const code = error.statusCode !== undefined && error.statusCode >= 400 ? error.statusCode : 500;
    if (code >= 500 && error.statusCode === undefined) {
      log.error({ err: error, method: request.method, path: request.url.split('?', 1)[0] }, 'defect: a request failed');
      reply.header('connection', 'close');
    } else log.debug({ status: code, reason: error.message }, 'request refused');
    const message = error.statusCode === undefined ? 'kubelet-tls-guard failed; its log says why' : error.message;
    return reply.code(code).header('content-type', 'application/json').send(composeStatus(code, message));
  });
}
