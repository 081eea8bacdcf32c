/** Turns a line of the JSON log into a line for a person at a terminal. */

import { isObject } from '../kube/index.ts';

const labels: Readonly<Record<string, string>> = {
  debug: 'DEBUG',
  info: 'INFO ',
  warn: 'WARN ',
  error: 'ERROR',
  fatal: 'FATAL',
};

/** Formats one JSON line as `15:04:05 WARN  message  key=value …`; a line that is no JSON object passes as it is. */
export function formatLogLine(line: string): string {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return line;
  }
  if (!isObject(record)) return line;
  const { level, time, msg, err, ...rest } = record;
  const clock = typeof time === 'string' ? time.slice(11, 19) : '';
  const fields = Object.entries(rest).map(([key, value]) => showField(key, value));
  const stack = isObject(err) ? `\n${printable(String(err['stack'] ?? err['message'] ?? ''), true)}` : '';
  return `${clock} ${labels[String(level)] ?? String(level)} ${printable(String(msg ?? ''), false)}${fields.join('')}${stack}\n`;
}

/** Lists hold sentences: each has a line of its own. */
function showField(key: string, value: unknown): string {
  if (!Array.isArray(value)) return `  ${key}=${showValue(value)}`;
  if (value.length === 1 && !String(value[0]).includes(' ')) return `  ${key}=${showValue(value[0])}`;
  return value.map((element) => `\n    ${printable(String(element), false)}`).join('');
}

function showValue(value: unknown): string {
  if (typeof value !== 'string') return printable(JSON.stringify(value) ?? '', false);
  return /^[\w./:@+-]+$/.test(value) ? value : printable(JSON.stringify(value), false);
}

/** Names and messages come from requests: what would move a terminal's cursor is shown instead of sent. */
function printable(text: string, keepLineBreaks: boolean): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) =>
    keepLineBreaks && character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
