/** How pflag's stringSlice reads a value: one record of encoding/csv. */

import type { Parsed } from './go-values.ts';

const bareQuote = 'bare " in non-quoted-field';
const strayQuote = 'extraneous or missing " in quoted-field';

/** encoding/csv's Reader.Read, once, with its defaults; the empty text is an empty list, as pflag has it. */
export function parseCsvRecord(text: string): Parsed<readonly string[]> {
  if (text === '') return { value: [] };
  if (!text.includes('"') && !text.includes('\n') && !text.endsWith('\r')) return { value: text.split(',') };
  return new RecordReader(text).read();
}

class RecordReader {
  private readonly text: string;
  private offset = 0;
  private line = 0;
  private readonly fields: string[] = [];

  constructor(text: string) {
    this.text = text;
  }

  /** The next line with its `\n`, `\r\n` made `\n`, a `\r` before the end of the text dropped. */
  private nextLine(): { readonly line: string; readonly end: boolean } {
    this.line++;
    const found = this.text.indexOf('\n', this.offset);
    const end = found < 0;
    let line = end ? this.text.slice(this.offset) : this.text.slice(this.offset, found + 1);
    const atEnd = end && line === '';
    this.offset += line.length;
    if (end && line.endsWith('\r')) line = line.slice(0, -1);
    if (line.endsWith('\r\n')) line = `${line.slice(0, -2)}\n`;
    return { line, end: atEnd };
  }

  read(): Parsed<readonly string[]> {
    let next = this.nextLine();
    while (!next.end && next.line === '\n') next = this.nextLine();
    if (next.end) return { error: 'EOF' };
    const start = this.line;
    let line = next.line;
    let column = 1;
    for (;;) {
      if (!line.startsWith('"')) {
        const comma = line.indexOf(',');
        const field = comma >= 0 ? line.slice(0, comma) : line.replace(/\n$/, '');
        const quote = field.indexOf('"');
        if (quote >= 0) return failure(start, this.line, column + bytes(field.slice(0, quote)), bareQuote);
        this.fields.push(field);
        if (comma < 0) return { value: this.fields };
        line = line.slice(comma + 1);
        column += bytes(field) + 1;
        continue;
      }
      const quoted = this.readQuoted(line.slice(1), column + 1, start);
      if ('error' in quoted) return quoted;
      if (quoted.rest === undefined) return { value: this.fields };
      line = quoted.rest;
      column = quoted.column;
    }
  }

  /** Reads on after an opening quote; `rest` is what follows the comma, or undefined at the record's end. */
  private readQuoted(
    opened: string,
    openedAt: number,
    start: number,
  ): { readonly error: string } | { readonly rest: string | undefined; readonly column: number } {
    const parts: string[] = [];
    let line = opened;
    let column = openedAt;
    let row = this.line;
    for (;;) {
      const quote = line.indexOf('"');
      if (quote >= 0) {
        parts.push(line.slice(0, quote));
        column += bytes(line.slice(0, quote)) + 1;
        line = line.slice(quote + 1);
        if (line.startsWith('"')) {
          parts.push('"');
          line = line.slice(1);
          column += 1;
        } else if (line.startsWith(',')) {
          this.fields.push(parts.join(''));
          return { rest: line.slice(1), column: column + 1 };
        } else if (line === '' || line === '\n') {
          this.fields.push(parts.join(''));
          return { rest: undefined, column };
        } else return failure(start, this.line, column - 1, strayQuote);
      } else if (line !== '') {
        parts.push(line);
        column += bytes(line);
        line = this.nextLine().line;
        if (line !== '') {
          row++;
          column = 1;
        }
      } else return failure(start, row, column, strayQuote);
    }
  }
}

function failure(start: number, line: number, column: number, reason: string): { readonly error: string } {
  const where = `parse error on line ${line}, column ${column}: ${reason}`;
  return { error: start === line ? where : `record on line ${start}; ${where}` };
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
