/** Decides whether a TLS client may ask for admission: a verified certificate, and a name on the list where there is one. */

import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';

export type Identity =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'refused'; readonly status: 401 | 403; readonly reason: string };

const allowed: Identity = { kind: 'allowed' };

/**
 * Makes the check for `--client-ca-file` and `--client-allowed-names`. The certificate is asked for in the handshake but demanded here, per
 * route, so that the kubelet's probes, which have none, still reach the health routes.
 * @param names Common names or subject alternative names; empty admits every certificate that the authority signed.
 */
export function createClientCheck(names: readonly string[]): (socket: unknown) => Identity {
  const known = new WeakMap<TLSSocket, Identity>();
  const wanted = new Set(names);
  return (socket) => {
    if (!(socket instanceof TLSSocket)) return refuse(401, 'this route is reached over TLS only');
    const remembered = known.get(socket);
    if (remembered !== undefined) return remembered;
    const identity = identify(socket, wanted);
    known.set(socket, identity);
    return identity;
  };
}

function identify(socket: TLSSocket, wanted: ReadonlySet<string>): Identity {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    return refuse(
      401,
      'no client certificate was sent: the API server needs one in its AdmissionConfiguration (kubeConfigFile)',
    );
  }
  if (!socket.authorized) {
    const error: unknown = socket.authorizationError;
    const reason = error instanceof Error ? error.message : String(error);
    return refuse(401, `the client certificate is not verified by --client-ca-file: ${reason}`);
  }
  if (wanted.size === 0) return allowed;
  const names = [...commonNames(certificate.subject), ...alternativeNames(certificate.subjectAltName ?? '')];
  if (names.some((name) => wanted.has(name))) return allowed;
  return refuse(
    403,
    `the client certificate is for ${names.join(', ') || 'nobody'}, which --client-allowed-names does not list`,
  );
}

function refuse(status: 401 | 403, reason: string): Identity {
  return { kind: 'refused', status, reason };
}

/** Node prints a subject with one attribute on each line and escapes line breaks within them. */
function commonNames(subject: string): readonly string[] {
  return subject
    .split('\n')
    .filter((line) => line.startsWith('CN='))
    .map((line) => line.slice(3));
}

/** DNS names, addresses and URIs; a name that Node had to quote holds odd characters and is taken for nobody's. */
function alternativeNames(text: string): readonly string[] {
  const names = text.split(', ').map((entry) => /^(DNS|IP Address|URI|email):([^"]+)$/.exec(entry));
  return names.flatMap((match) =>
    match === null || (match[1] === 'IP Address' && isIP(match[2] ?? '') === 0) ? [] : [match[2] ?? ''],
  );
}
