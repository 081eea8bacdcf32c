/** The `serve` command: wires certificates, policy and admission to the server, and the server to the process and its signals. */

import { mutate, validate } from '../admission/index.ts';
import { defaultPolicy } from '../policy/index.ts';
import { rules } from '../rules/index.ts';
import {
  type Address,
  bracketed,
  createLogger,
  digestFiles,
  type LoadedPolicy,
  type Logger,
  openLogDestination,
  type PolicySource,
  type Serving,
  startServing,
} from '../server/index.ts';
import { type Command, exitCodes, type Streams } from './command.ts';
import { loadConfiguration } from './config.ts';
import { type PreparedCertificates, prepareCertificates } from './serve-certificates.ts';
import { readSettings, type ServeSettings, serveOptionsWithConfig } from './serve-settings.ts';
import { composeWelcome } from './serve-welcome.ts';
import { readVersion } from './version.ts';

/** How often a local certificate is looked at for renewal, in milliseconds. */
const renewalInterval = 60 * 60 * 1000;
/** npm passes a terminal's Ctrl-C on to its child, which has had it already: that is no second one. */
const echo = 300;

export const serve: Command = {
  name: 'serve',
  summary: 'Serve the admission webhook over HTTPS',
  usage: '[FLAG]…',
  description: [
    'Answers POST /validate and POST /mutate (admission.k8s.io/v1), and GET /livez, /readyz and /healthz; /readyz?verbose says why not.',
    'Certificate and configuration are followed when their files change: a good new one is taken without dropping a connection, a bad one is reported and the old one stays in force.',
    'SIGTERM ends it gracefully: not ready at once, serving on for the delay, exit 0. Ctrl-C does so without the delay; a second signal ends it at once.',
  ],
  options: serveOptionsWithConfig,
  examples: [
    'kubelet-tls-guard serve',
    'kubelet-tls-guard serve --bind-address 0.0.0.0 --cert-dir /etc/kubelet-tls-guard/tls --config /etc/kubelet-tls-guard/policy.yaml',
  ],
  positionals: false,
  async run(values, _positionals, streams) {
    const refuse = (line: string): number => {
      streams.stderr.write(`kubelet-tls-guard serve: ${line}\n`);
      return exitCodes.wrongUse;
    };
    const parsed = readSettings(values, streams);
    if (parsed.kind === 'wrong') return refuse(parsed.message);
    const { settings } = parsed;
    const policy = await preparePolicy(settings.configFile);
    if (policy.loaded.kind === 'unusable') {
      streams.stderr.write(`${policy.loaded.lines.join('\n')}\n`);
      return exitCodes.wrongUse;
    }
    const certificates = await prepareCertificates(settings);
    if (certificates.kind === 'invalid') return refuse(certificates.message);

    const destination = openDestination(streams);
    const log = createLogger(settings.logFormat, settings.logLevel, destination);
    const signals = listenForSignals();
    const serving = await startServing({
      ...optionsOf(settings, certificates, log),
      configuration: policy.source,
      loadedPolicy: policy.loaded,
    });
    if (serving.kind === 'failed') {
      destination.flushSync();
      return refuse(serving.message);
    }
    announce(serving, settings, certificates, log, streams);
    const renewal = setInterval(() => void certificates.renew(), renewalInterval).unref();
    const finished = await endOnSignal(serving, signals, settings.shutdownDelay, log);
    clearInterval(renewal);
    destination.flushSync();
    return finished ? exitCodes.clean : exitCodes.couldNotFinish;
  },
};

interface PreparedPolicy {
  readonly source: PolicySource | undefined;
  readonly loaded: LoadedPolicy;
}

async function preparePolicy(file: string | undefined): Promise<PreparedPolicy> {
  if (file === undefined)
    return { source: undefined, loaded: { kind: 'policy', policy: defaultPolicy(rules), notes: [] } };
  const load = () => loadConfiguration(file, rules);
  return { source: { file, digest: await digestFiles([file]), load }, loaded: await load() };
}

function optionsOf(settings: ServeSettings, certificates: PreparedCertificates, log: Logger) {
  return {
    validate,
    mutate,
    rules,
    bind: settings.bind,
    metricsBind: settings.metricsBind,
    tls: { minVersion: settings.minVersion, ciphers: settings.ciphers },
    certificates: certificates.source,
    loadedTls: certificates.loaded,
    clientNames: settings.clientNames,
    log,
    version: readVersion(),
    readings: {
      nodeVersion: process.version,
      cpuUsage: () => process.cpuUsage(),
      memoryUsage: () => process.memoryUsage(),
      uptime: () => process.uptime(),
    },
    now: Date.now,
  };
}

/** Our own standard output is written by its descriptor, since writing to it by its stream blocks while a pipe is full. */
function openDestination({ stdout }: Streams) {
  if (stdout === process.stdout && stdout.isTTY !== true) return openLogDestination(1);
  return { write: (line: string) => stdout.write(line), flushSync: () => {} };
}

function announce(
  serving: Serving,
  settings: ServeSettings,
  certificates: PreparedCertificates,
  log: Logger,
  streams: Streams,
): void {
  const { secure, metrics } = serving;
  const version = readVersion();
  if (streams.stdout.isTTY === true) {
    const { trustFile, written, loaded } = certificates;
    const { clientCaFile } = settings;
    const facts = { version, secure, metrics, certificate: loaded.pair.cert, trustFile, written, clientCaFile };
    streams.stdout.write(composeWelcome(facts));
  } else {
    const place = ({ address, port }: Address): string => `${bracketed(address)}:${port}`;
    log.info(
      { version, address: place(secure), ...(metrics === undefined ? {} : { metrics: place(metrics) }) },
      'listening',
    );
  }
}

/** The signals that end us, one after the other. From here on they no longer end the process by themselves. */
function listenForSignals(): { next(): Promise<NodeJS.Signals>; stop(): void } {
  const queue: NodeJS.Signals[] = [];
  let wake = (): void => {};
  const onSignal = (signal: NodeJS.Signals): void => {
    queue.push(signal);
    wake();
  };
  const watched: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];
  for (const signal of watched) process.on(signal, onSignal);
  return {
    next: async () => {
      for (;;) {
        const signal = queue.shift();
        if (signal !== undefined) return signal;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    stop: () => {
      for (const signal of watched) process.off(signal, onSignal);
    },
  };
}

/**
 * SIGTERM comes from an orchestrator, whose load balancers need the delay to notice; Ctrl-C from a person, who waits.
 * @returns False if a second signal cut it short.
 */
async function endOnSignal(
  serving: Serving,
  signals: ReturnType<typeof listenForSignals>,
  shutdownDelay: number,
  log: Logger,
): Promise<boolean> {
  const signal = await signals.next();
  const began = performance.now();
  const delay = signal === 'SIGTERM' ? shutdownDelay : 0;
  log.info({ signal, delay_seconds: delay / 1000 }, 'ending');
  const again = (async () => {
    do await signals.next();
    while (performance.now() - began < echo);
    log.warn('a second signal: ending at once');
    return false;
  })();
  const finished = await Promise.race([serving.end(delay).then(() => true), again]);
  signals.stop();
  if (finished) log.info('ended');
  return finished;
}
