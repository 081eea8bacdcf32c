/** Makes the log: one JSON line per event, or one line of text where a person is reading. */

import { pino } from 'pino';
import { formatLogLine } from './format-log-line.ts';

export type { Logger } from 'pino';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Where lines go. */
export interface LogDestination {
  write(line: string): unknown;
}

/** Makes a logger. Lines have `level` by name and `time` in RFC 3339, and neither process id nor host name: a pod's log has both already. */
export function createLogger(format: 'json' | 'text', level: LogLevel, destination: LogDestination) {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    format === 'json'
      ? { write: (line: string) => void destination.write(line) }
      : { write: (line: string) => void destination.write(formatLogLine(line)) },
  );
}

/**
 * Makes a destination that writes to a file descriptor without ever blocking the event loop: while the reader is slow up to `bound` bytes are
 * kept, beyond that lines are dropped. A closed pipe ends the log and nothing else.
 */
export function openLogDestination(fd: number, bound = 4 * 1024 * 1024): LogDestination & { flushSync(): void } {
  const destination = pino.destination({ dest: fd, sync: false, minLength: 0, maxLength: bound });
  return {
    write: (line) => destination.write(line),
    flushSync: () => {
      try {
        destination.flushSync();
      } catch {
        // Nobody reads any more.
      }
    },
  };
}
