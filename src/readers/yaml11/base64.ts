/** Decides what a `!!binary` scalar says once it is JSON: go.yaml.in/yaml/v2 v2.4.3 decode.go and then encoding/json. */

import type { Scalar } from './resolve-scalar.ts';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export function decodeBase64(text: string): Scalar {
  const packed = text.replace(/[\r\n]/g, '');
  if (packed.length % 4 !== 0 || !BASE64.test(packed)) {
    return { kind: 'error', message: '!!binary value contains invalid base64 data' };
  }
  return { kind: 'string', value: decodeUtf8(atob(packed)) };
}

/** Bytes, one per character, as UTF-8; each byte that is no part of a character becomes U+FFFD, as encoding/json writes it. */
function decodeUtf8(bytes: string): string {
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes.charCodeAt(i);
    const width = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    let code = width === 1 ? lead : lead & (0x7f >> width);
    let valid = width > 0;
    for (let k = 1; k < width; k++) {
      const next = bytes.charCodeAt(i + k);
      if ((next & 0xc0) !== 0x80) valid = false;
      code = code * 64 + (next & 0x3f);
    }
    if (width === 3 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) valid = false;
    if (width === 4 && (code < 0x10000 || code > 0x10ffff)) valid = false;
    text += valid ? String.fromCodePoint(code) : '\ufffd';
    i += valid ? width : 1;
  }
  return text;
}
