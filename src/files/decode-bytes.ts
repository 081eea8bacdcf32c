/** Decides whether the bytes of a file are text, and which. */

export type DecodedBytes =
  | { readonly kind: 'text'; readonly text: string; readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' }
  | { readonly kind: 'binary' }
  /** `at` is the offset of the first byte that is no UTF-8, `line` its line. */
  | { readonly kind: 'not-utf-8'; readonly at: number; readonly line: number };

/** As far as git looks for a NUL to call a file binary. */
const probe = 8000;

/**
 * Decodes a file. A byte order mark stays in the text, where readers see it; with one, UTF-16 is read too, as go-yaml does
 * (go.yaml.in/yaml/v2 readerc.go, yaml_parser_determine_encoding).
 */
export function decodeBytes(bytes: Uint8Array): DecodedBytes {
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined;
  if (utf16 !== undefined) {
    return { kind: 'text', text: new TextDecoder(utf16, { ignoreBOM: true }).decode(bytes), encoding: utf16 };
  }
  if (bytes.subarray(0, probe).includes(0)) return { kind: 'binary' };
  try {
    return {
      kind: 'text',
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
      encoding: 'utf-8',
    };
  } catch {
    // The one thing a fatal decoder throws for; where it happened has to be found again.
    const at = findInvalid(bytes);
    let line = 1;
    for (let index = 0; index < at; index++) if (bytes[index] === 0x0a) line++;
    return { kind: 'not-utf-8', at, line };
  }
}

/** The offset of the first invalid byte, found by halving: a prefix is valid when a streaming decoder accepts it. */
function findInvalid(bytes: Uint8Array): number {
  let valid = 0;
  let invalid = bytes.length;
  while (valid < invalid) {
    const middle = (valid + invalid + 1) >> 1;
    if (accepts(bytes.subarray(0, middle), true)) valid = middle;
    else invalid = middle - 1;
  }
  // Bytes that only began a character are part of what is wrong.
  while (valid > 0 && !accepts(bytes.subarray(0, valid), false)) valid--;
  return valid;
}

function accepts(bytes: Uint8Array, stream: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}
