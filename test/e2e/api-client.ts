/** Raw requests to the API server: objects as plain JSON, over connections that are kept. */

import type { OutgoingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';

/** An answer of the API server, its body parsed. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly warnings: readonly string[];
}

export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: OutgoingHttpHeaders;
}

export type Send = (call: Call) => Promise<Answer>;

/** A client that trusts this CA and authenticates by this token. */
export function createClient(url: string, ca: string, token: string): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: 8, ca });
  return (call) => send(url, agent, token, call);
}

function send(
  url: string,
  agent: Agent,
  token: string,
  { method = 'GET', path, body, headers }: Call,
): Promise<Answer> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${url}${path}`,
      {
        agent,
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const json = incoming.headers['content-type']?.startsWith('application/json') === true;
          const warnings = incoming.headersDistinct['warning'] ?? [];
          resolve({ status: incoming.statusCode ?? 0, body: json ? JSON.parse(text) : text, warnings });
        });
      },
    );
    outgoing.setTimeout(60_000, () => outgoing.destroy(new Error(`${method} ${path}: no answer within a minute`)));
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}
