/** Decides which class of YAML 1.1 character a UTF-16 code unit belongs to, as go.yaml.in/yaml/v2 v2.4.3 yamlprivateh.go does. */

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
/** Byte order mark; go-yaml looks for it in front of any line, not only the first. */
export const BOM = 0xfeff;

/** The end of the text: the scanner pads its text with NULs, which cannot occur in it (they are control characters). */
export function isEnd(c: number): boolean {
  return c === 0;
}

export function isBlank(c: number): boolean {
  return c === SPACE || c === TAB;
}

/** The five line breaks of YAML 1.1; YAML 1.2 and most editors know only the first two. */
export function isBreak(c: number): boolean {
  return c === LF || c === CR || c === 0x85 || c === 0x2028 || c === 0x2029;
}

export function isBreakOrEnd(c: number): boolean {
  return c === LF || c === 0 || c === CR || c === 0x85 || c === 0x2028 || c === 0x2029;
}

export function isBlankOrEnd(c: number): boolean {
  return c <= SPACE
    ? c === SPACE || c === LF || c === TAB || c === CR || c === 0
    : c === 0x85 || c === 0x2028 || c === 0x2029;
}

export function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

/** Letters, digits, `_` and `-`: what anchors, tag handles and directive names are made of. */
export function isWord(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c === 0x5f || c === 0x2d;
}

/** The value of a hexadecimal digit, or -1. */
export function hexValue(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  if (c >= 0x41 && c <= 0x46) return c - 0x41 + 10;
  if (c >= 0x61 && c <= 0x66) return c - 0x61 + 10;
  return -1;
}

/** What go-yaml's reader accepts at all (readerc.go); anything else is "control characters are not allowed". */
export function isAllowed(c: number): boolean {
  if (c < 0x20) return c === TAB || c === LF || c === CR;
  if (c <= 0x7e) return true;
  return c === 0x85 || (c >= 0xa0 && c <= 0xfffd);
}
