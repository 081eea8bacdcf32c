/** How long the API server waits for an answer: it appends its webhook's timeoutSeconds to the URL as `?timeout=`, a Go duration. */

import { parseDuration } from '../readers/argv/go-values.ts';

/** Parses a Go duration to milliseconds; `undefined` if it is none, is negative, or is longer than a day. */
export function parseMilliseconds(text: string): number | undefined {
  if (text.length > 40) return undefined;
  const parsed = parseDuration(text);
  if (parsed.error !== undefined || parsed.value < 0n || parsed.value > 86_400_000_000_000n) return undefined;
  return Number(parsed.value) / 1e6;
}

/** Makes a reader of `?timeout=` that remembers the last one, since an API server sends the same each time. A bad one is as good as none. */
export function createTimeoutReader(): (query: unknown) => number | undefined {
  let text = '';
  let milliseconds: number | undefined;
  return (query) => {
    const timeout = (query as { readonly timeout?: unknown }).timeout;
    if (typeof timeout !== 'string') return undefined;
    if (timeout !== text) {
      text = timeout;
      milliseconds = parseMilliseconds(timeout);
    }
    return milliseconds;
  };
}
