/** How a place inside an object is named: JSON Pointers (RFC 6901) for programs, short forms such as `args[4]` for people. */

/** Builds a JSON Pointer from unescaped segments: `pointer('data', 'a/b')` is `/data/a~1b`. */
export function pointer(...segments: readonly (string | number)[]): string {
  return segments.map((segment) => `/${escapeSegment(String(segment))}`).join('');
}

/** Appends segments to a JSON Pointer. */
export function extend(path: string, ...segments: readonly (string | number)[]): string {
  return path + pointer(...segments);
}

/** Splits a JSON Pointer into unescaped segments; the empty pointer has none. */
export function segmentsOf(path: string): string[] {
  if (path === '') return [];
  return path
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Writes a JSON Pointer as Kubernetes writes field paths (`spec.containers[0].args[1]`), for `details.causes[].field`. */
export function fieldPath(path: string): string {
  let text = '';
  for (const segment of segmentsOf(path)) {
    if (/^\d+$/.test(segment)) text += `[${segment}]`;
    else if (/^[A-Za-z0-9_-]+$/.test(segment)) text += text === '' ? segment : `.${segment}`;
    else text += `[${JSON.stringify(segment)}]`;
  }
  return text;
}

function escapeSegment(segment: string): string {
  return segment.includes('~') || segment.includes('/') ? segment.replaceAll('~', '~0').replaceAll('/', '~1') : segment;
}
