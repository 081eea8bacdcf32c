/** Decides what is wrong with a kubelet configuration text: one judgement for the ConfigMap and for files. */

import { type JsonObject, pointer } from '../kube/index.ts';
import {
  type KubeletConfigReading,
  type Outcome,
  type Position,
  readKubeletConfiguration,
} from '../readers/kubelet-config/index.ts';
import type { Level, RuleContext, Violation } from './rule.ts';

/** More strict complaints than this are one too many for a terminal. */
const complaintLimit = 3;

/**
 * Judges the text at `path`. In ratchet mode a false value is a violation on UPDATE only, where the old object excuses what was
 * false before; on CREATE and in files nobody can tell what it was, so it is a warning, unless `requireEnabled` is `always`.
 */
export function judgeKubeletConfiguration(text: string, path: string, context: RuleContext): readonly Violation[] {
  const reading = readKubeletConfiguration(text);
  return findIn(reading, context).map((found) => locate(found, path));
}

/**
 * Judges a KubeletConfiguration that was read from a file into `object`. Its places are JSON Pointers: the file's own reader knows the lines.
 */
export function judgeKubeletConfigurationObject(object: JsonObject, context: RuleContext): readonly Violation[] {
  const reading = readKubeletConfiguration(JSON.stringify(object));
  return findIn(reading, context).map(({ position: _inText, within = [], ...found }) => {
    const [key = ''] = within;
    if (!Object.hasOwn(object, key)) return { ...found, path: '/kind', where: 'the KubeletConfiguration document' };
    return { ...found, path: pointer(...within), where: within.join('.') };
  });
}

function findIn(reading: KubeletConfigReading, context: RuleContext): readonly Found[] {
  const judged = [judgeValue(reading, context), judgeGate(reading, context), ...warnAbout(reading)];
  return judged.filter((found) => found !== undefined);
}

interface Found extends Pick<Violation, 'level' | 'message' | 'brief' | 'identity' | 'gravity'> {
  readonly position?: Position | undefined;
  /** The keys that lead to it in the document. */
  readonly within?: readonly string[];
  readonly remediation?: readonly string[];
  readonly inexcusable?: boolean;
}

function locate({ position, within: _within, ...found }: Found, path: string): Violation {
  const where = path === '' ? 'the document' : path.slice(1).replaceAll('/', '.');
  if (position === undefined) return { ...found, path, where };
  const { line, column } = position;
  return { ...found, path, position: { line, column }, where: `${where} line ${line}` };
}

function judgeValue({ kubeadm, nearMisses }: KubeletConfigReading, context: RuleContext): Found | undefined {
  switch (kubeadm.kind) {
    case 'true':
      return undefined;
    case 'false': {
      const always = context.requireEnabled === 'always';
      const near = nearMisses[0];
      const slip =
        near === undefined ? '' : `; "${near.path}" in line ${near.position.line} is not that key and does nothing`;
      return {
        level: always || context.operation === 'UPDATE' ? 'violation' : 'warning',
        position: kubeadm.position ?? near?.position,
        message: `${sayFalse(kubeadm)}${slip}`,
        brief:
          near === undefined ? briefFalse(kubeadm) : `"${near.key}" is not the key serverTLSBootstrap, which is absent`,
        within: [kubeadm.because === 'absent' && near !== undefined ? near.path : 'serverTLSBootstrap'],
        identity: 'serverTLSBootstrap',
        gravity: 2,
        inexcusable: always,
      };
    }
    case 'error':
      return {
        level: 'violation',
        position: kubeadm.position,
        within: fieldNamedBy(kubeadm.error),
        message: `kubeadm cannot decode it, so join and upgrade fail: ${kubeadm.error}`,
        brief: `kubeadm cannot decode data.kubelet${kubeadm.position === undefined ? '' : ` (line ${kubeadm.position.line})`}`,
        remediation: [
          'Correct the text. Try it first: kubeadm config validate --config FILE, or kubelet-tls-guard check FILE.',
        ],
        identity: 'serverTLSBootstrap',
        gravity: 3,
      };
    case 'unclear':
      return {
        level: 'unclear',
        position: kubeadm.position,
        message: `it cannot be told what kubeadm makes of it: ${kubeadm.reason}`,
        brief: 'it cannot be told what kubeadm makes of data.kubelet',
        remediation: ['Write it plainly: one YAML document, with the line "serverTLSBootstrap: true" at its root.'],
        identity: 'serverTLSBootstrap',
        gravity: 1,
      };
  }
}

/** The field that a decoding error is about: `… into Go struct field KubeletConfiguration.serverTLSBootstrap of type bool`. */
function fieldNamedBy(error: string): readonly string[] {
  return /Go struct field \w+\.([\w.]+) of type/.exec(error)?.[1]?.split('.') ?? [];
}

type False = Extract<Outcome, { kind: 'false' }>;

function sayFalse({ because }: False): string {
  switch (because) {
    case 'absent':
      return 'serverTLSBootstrap is absent, which means false';
    case 'null':
      return 'serverTLSBootstrap is null, which means false';
    case 'no document':
      return 'there is no document, so kubeadm goes on with defaults, where serverTLSBootstrap is false';
    case 'false':
      return 'serverTLSBootstrap is false';
  }
}

function briefFalse({ because }: False): string {
  return because === 'false'
    ? 'serverTLSBootstrap is false; set it to true'
    : `serverTLSBootstrap is not set (${because}); set it to true`;
}

/** The gate is beta and on. Switched off beside serverTLSBootstrap: true, the kubelet does not start (pkg/kubelet/apis/config/validation). */
function judgeGate({ featureGates, refusesToStart }: KubeletConfigReading, context: RuleContext): Found | undefined {
  const gate = featureGates.turnedOffBy;
  if (gate === undefined) return undefined;
  return {
    level: refusesToStart || context.operation === 'UPDATE' ? 'violation' : 'warning',
    position: gate.keyPosition,
    within: ['featureGates', gate.key],
    message: refusesToStart
      ? `featureGates.${gate.key}: false makes the kubelet refuse to start ("serverTLSBootstrap true requires feature gate RotateKubeletServerCertificate")`
      : `featureGates.${gate.key}: false keeps serverTLSBootstrap from ever being switched on: the kubelet would refuse to start`,
    brief: `featureGates.${gate.key}: false forbids serverTLSBootstrap`,
    remediation: [
      `Remove featureGates.${gate.key}, or set RotateKubeletServerCertificate: true beside it; the gate is on by default.`,
    ],
    identity: 'gate',
    gravity: refusesToStart ? 2 : 1,
  };
}

function warnAbout(reading: KubeletConfigReading): readonly Found[] {
  return [...warnAboutReaders(reading), ...warnAboutSettings(reading), ...warnAboutComplaints(reading)];
}

function warning(identity: string, position: Position | undefined, message: string, brief = message): Found {
  const level: Level = 'warning';
  return { level, position, message, brief, within: [identity], identity, gravity: 0 };
}

function warnAboutReaders({ kubeadm, kubelet }: KubeletConfigReading): readonly Found[] {
  if (kubeadm.kind === kubelet.kind || kubeadm.kind === 'error' || kubeadm.kind === 'unclear') return [];
  const fails = kubelet.kind === 'error';
  const reads = fails ? `fails on it: ${kubelet.error}` : `reads it as ${kubelet.kind}`;
  const brief = `a kubelet given this text ${fails ? 'fails on it' : reads}; kubeadm reads ${kubeadm.kind}`;
  return [
    warning(
      'kubelet-reads',
      undefined,
      `a kubelet that is given this very text ${reads}; kubeadm reads ${kubeadm.kind}`,
      brief,
    ),
  ];
}

function warnAboutSettings({ kubeadm, settings, nearMisses }: KubeletConfigReading): readonly Found[] {
  const found: Found[] = [];
  const certificate = settings.get('tlsCertFile');
  if (certificate !== undefined && certificate.value !== '') {
    const message = 'tlsCertFile is served until its certificate has to be replaced, whatever serverTLSBootstrap says';
    found.push(
      warning('tlsCertFile', certificate.keyPosition, message, 'tlsCertFile is served beside serverTLSBootstrap'),
    );
  }
  const server = settings.get('enableServer');
  if (server?.value === false) {
    found.push(
      warning(
        'enableServer',
        server.keyPosition,
        'enableServer: false means no kubelet API at all: no metrics, logs or exec',
        'enableServer: false: no metrics, logs or exec',
      ),
    );
  }
  const port = settings.get('readOnlyPort');
  if (port !== undefined && Number(port.value) > 0) {
    found.push(
      warning(
        'readOnlyPort',
        port.keyPosition,
        `readOnlyPort: ${port.value} serves metrics and pods to anyone, without TLS`,
      ),
    );
  }
  if (kubeadm.kind === 'true') {
    // Deeper down the same key may be an anchor's, which takes effect where it is merged.
    for (const near of nearMisses.filter(({ key, path }) => key === path).slice(0, complaintLimit)) {
      found.push(
        warning(
          `near-miss/${near.path}`,
          near.position,
          `"${near.path}" looks like serverTLSBootstrap and does nothing`,
        ),
      );
    }
  }
  return found;
}

/** kubeadm join and upgrade decode leniently; `kubeadm config validate` and the kubelet's first attempt do not. */
function warnAboutComplaints({ complaints, nearMisses }: KubeletConfigReading): readonly Found[] {
  const told = new Set(nearMisses.map(({ path }) => path));
  const untold = complaints.filter(({ kind, path }) => kind === 'duplicate' || !told.has(path));
  return untold.slice(0, complaintLimit).map(({ kind, path, position }) => {
    const what =
      kind === 'unknown' ? `unknown field "${path}" is ignored` : `key "${path}" is set twice; the last one counts`;
    return warning(`strict/${path}`, position, `${what}, and kubeadm config validate refuses it`, what);
  });
}
