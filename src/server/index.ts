export { type Admit, type AppOptions, createApp } from './create-app.ts';
export {
  createLogger,
  type LogDestination,
  type Logger,
  type LogLevel,
  logLevels,
  openLogDestination,
} from './create-logger.ts';
export { createMetrics, type Metrics } from './create-metrics.ts';
export { createMetricsApp } from './create-metrics-app.ts';
export { type Address, bracketed } from './listen.ts';
export type { ProcessReadings } from './process-metrics.ts';
export { createReadiness, type Readiness } from './readiness.ts';
export type { CertificateSource, LoadedTls, ServedPair } from './reload-certificate.ts';
export type { LoadedPolicy, PolicySource } from './reload-policy.ts';
export { type Serving, type ServingOptions, startServing } from './start-serving.ts';
export { parseMilliseconds } from './timeout.ts';
export { defaultCiphers, parseCipherSuites, parseMinVersion } from './tls-settings.ts';
export { digestFiles } from './watch-content.ts';
