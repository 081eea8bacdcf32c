/** The `certs` command: makes a local CA and a serving certificate without serving, for tests and for webhook configurations. */

import { ensureLocalCertificates, localNames } from '../tls/index.ts';
import { type Command, exitCodes } from './command.ts';

export const certs: Command = {
  name: 'certs',
  summary: 'Make a local CA and a serving certificate, or renew them',
  usage: '[--cert-dir DIR] [--name NAME]…',
  description: [
    'Makes ca.crt, ca.key, tls.crt and tls.key, readable by their owner alone. What is there and good is kept; a certificate past two thirds of its life, or without one of the names, is renewed with the same key.',
    "ca.crt, in base64, is what goes into a webhook configuration's clientConfig.caBundle. Certificates that this program did not make are never replaced.",
  ],
  options: {
    'cert-dir': {
      type: 'string',
      value: 'DIR',
      default: 'certs',
      env: 'KUBELET_TLS_GUARD_CERT_DIR',
      description: 'Where they are kept',
    },
    name: {
      type: 'string',
      value: 'NAME',
      multiple: true,
      description: `A DNS name or IP address to serve under beside ${localNames.join(', ')}; may be repeated`,
    },
  },
  examples: ['kubelet-tls-guard certs', 'kubelet-tls-guard certs --cert-dir /tmp/tls --name guard.kube-system.svc'],
  positionals: false,
  async run(values, _positionals, { stdout, stderr }) {
    const names = Array.isArray(values['name']) ? values['name'].map(String) : [];
    const wrong = names.find(
      (name) => !/^(\*\.)?[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$|^[0-9A-Fa-f:.]+$/.test(name),
    );
    if (wrong !== undefined) {
      stderr.write(
        `kubelet-tls-guard certs: --name: ${JSON.stringify(wrong)} is neither a DNS name nor an IP address\n`,
      );
      return exitCodes.wrongUse;
    }
    const dir = typeof values['cert-dir'] === 'string' && values['cert-dir'] !== '' ? values['cert-dir'] : 'certs';
    const ensured = await ensureLocalCertificates(dir, Date.now(), [...localNames, ...names]);
    if (ensured.kind === 'invalid') {
      stderr.write(`kubelet-tls-guard certs: ${ensured.message}\n`);
      return exitCodes.wrongUse;
    }
    const { written, files } = ensured;
    stdout.write(written.length === 0 ? `${files.certFile} is good, nothing to do\n` : `made ${written.join(', ')}\n`);
    return exitCodes.clean;
  },
};
