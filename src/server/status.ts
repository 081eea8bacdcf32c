/** What is answered where no AdmissionReview can be: a metav1.Status, because the API server's client shows its message to whoever waits. */

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  408: 'Timeout',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  431: 'RequestEntityTooLarge',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** Composes a Status of failure (k8s.io/apimachinery pkg/apis/meta/v1 types.go) as JSON. */
export function composeStatus(code: number, message: string): string {
  const reason = reasons[code] ?? (code < 500 ? 'BadRequest' : 'InternalError');
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code });
}

/** An error that carries the status it is to be answered with; Fastify hands it to the error handler. */
export class HttpError extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}
