/** The process's own metrics, few and under their conventional names, and how long the event loop kept others waiting. */

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the process knows of itself; the command line hands it in. */
export interface ProcessReadings {
  readonly nodeVersion: string;
  /** User and system time in microseconds. */
  cpuUsage(): { readonly user: number; readonly system: number };
  /** Bytes. */
  memoryUsage(): { readonly rss: number; readonly heapUsed: number };
  /** Seconds since the process began. */
  uptime(): number;
}

const delayBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];
/** How often the event loop's delay is measured, in milliseconds: often enough to see any blockage of a tenth of a second. */
const resolution = 50;

/** Adds the metrics; returns a function that ends the measuring. */
export function addProcessMetrics(registers: Registry[], prefix: string, readings: ProcessReadings): () => void {
  const started = Date.now() / 1000 - readings.uptime();
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'When the process began.',
    registers,
    collect() {
      this.set(started);
    },
  });
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system time.',
    registers,
    collect() {
      const { user, system } = readings.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory.',
    registers,
    collect() {
      this.set(readings.memoryUsage().rss);
    },
  });
  new Gauge({
    name: 'nodejs_heap_used_bytes',
    help: 'Used heap.',
    registers,
    collect() {
      this.set(readings.memoryUsage().heapUsed);
    },
  });
  new Gauge({ name: 'nodejs_version_info', help: 'The version of Node.', labelNames: ['version'], registers }).set(
    { version: readings.nodeVersion },
    1,
  );
  return measureEventLoop(registers, prefix);
}

function measureEventLoop(registers: Registry[], prefix: string): () => void {
  const histogram = new Histogram({
    name: `${prefix}event_loop_delay_seconds`,
    help: `How late a timer of ${resolution} ms comes.`,
    buckets: delayBuckets,
    registers,
  });
  let expected = performance.now() + resolution;
  const timer = setInterval(() => {
    const now = performance.now();
    histogram.observe(Math.max(0, now - expected) / 1000);
    expected = now + resolution;
  }, resolution).unref();
  return () => clearInterval(timer);
}
