/** Reads a request's body as text, and decides what happens to bodies that are too large, not UTF-8, or too many at once. */

import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { HttpError } from './status.ts';

/** The text of a body, and when its request began (milliseconds of the monotonic clock). */
export interface Body {
  readonly text: string;
  readonly arrived: number;
}

export interface BodyLimits {
  /** Bytes of one body. */
  readonly body: number;
  /** Bytes that all unfinished bodies together may hold, so that many slow and large ones cannot exhaust memory. */
  readonly unfinished: number;
}

/** The API server's own limit for a request is 3 MiB (k8s.io/apiserver pkg/server/config.go); a review carries old and new object. */
export const defaultBodyLimits: BodyLimits = { body: 16 * 1024 * 1024, unfinished: 128 * 1024 * 1024 };

/** A body over the limit is still read up to this many times the limit, unkept, so that its client hears the answer instead of a reset. */
const patience = 4;

type Done = (error: Error | null, body?: Body) => unknown;

/** Makes a Fastify content-type parser for every content type: what a client calls its body does not matter, the text decides. */
export function createBodyReader(limits: BodyLimits): (request: unknown, payload: IncomingMessage, done: Done) => void {
  let unfinished = 0;
  return (_request, payload, done) => {
    const arrived = performance.now();
    const chunks: Buffer[] = [];
    let length = 0;
    let held = 0;
    let settled = false;
    let fault: HttpError | undefined;

    const settle = (error: HttpError | null, text = ''): unknown => {
      if (settled) return undefined;
      settled = true;
      unfinished -= held;
      chunks.length = 0;
      return error === null ? done(null, { text, arrived }) : done(error);
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (settled) return;
      if (fault === undefined && length > limits.body) fault = tooLarge(limits.body);
      else if (fault === undefined && unfinished + chunk.length > limits.unfinished) fault = tooBusy();
      if (fault === undefined) {
        chunks.push(chunk);
        held += chunk.length;
        unfinished += chunk.length;
      } else if (length > limits.body * patience) settle(fault);
    };
    const onEnd = (): unknown => {
      if (fault !== undefined) return settle(fault);
      const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
      if (isUtf8(bytes)) return settle(null, bytes.toString('utf8'));
      return settle(new HttpError(400, 'the body is not valid UTF-8: expected an AdmissionReview as JSON'));
    };
    const onError = (): unknown => settle(new HttpError(400, 'the client went away before its body was whole'));

    if (Number(payload.headers['content-length']) > limits.body * patience) {
      done(tooLarge(limits.body));
      return;
    }
    payload.on('data', onData);
    payload.on('end', onEnd);
    payload.on('error', onError);
  };
}

function tooLarge(limit: number): HttpError {
  return new HttpError(413, `the body is larger than ${limit} bytes, which no AdmissionReview of the API server is`);
}

function tooBusy(): HttpError {
  return new HttpError(503, 'too many large bodies are being received at once: try again');
}
