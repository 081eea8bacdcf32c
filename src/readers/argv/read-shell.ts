/** Decides which commands a `sh -c` script runs, where the script is simple enough to be read exactly. */

import { joinPieces, type Piece } from './element.ts';
import type { Lookup } from './expand.ts';

/** A word after expansion; `loose` where a hole stands outside quotes, so that it may be any number of words. */
export type ShellWord = { readonly pieces: readonly Piece[]; readonly loose: boolean };

/** The commands in order, as far as they can run, or why the script cannot be read. */
export type ShellScript =
  | { readonly kind: 'commands'; readonly commands: readonly (readonly ShellWord[])[] }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Longer scripts are not read; nor are more words than that. */
const scriptLimit = 64 * 1024;
const wordLimit = 100_000;
const insertedLimit = 1 << 20;

const keywords = new Set(
  'if then else elif fi for while until do done case esac function select time coproc ! { } [[ in'.split(' '),
);
/** Builtins that change what later words mean in ways that are not followed here. */
const opaque = new Set(
  'eval . source alias unalias unset read local declare typeset shift getopts let mapfile return'.split(' '),
);
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const assignment = /^[A-Za-z_][A-Za-z0-9_]*=/;

/**
 * Reads a POSIX shell script made of simple commands: quotes, escapes, comments, continued lines, `;` `&` `&&` `||` `|` and
 * newlines, assignments, redirections, `$NAME` and `${NAME}`, `$0` to `$9` and `$@`, `set --`, `export`, `exec`. The rest
 * (control structures, command substitution, here-documents, functions …) makes it unreadable, with a reason.
 * @param positional `$0` and on: the elements after the script
 * @param lookup the container's environment; a name that is not in it may still be set by the image
 */
export function readShell(script: string, positional: readonly (readonly Piece[])[], lookup: Lookup): ShellScript {
  if (script.length > scriptLimit) return { kind: 'unreadable', reason: 'the script is longer than 64 KiB' };
  return new ScriptReader(script, positional, lookup).read();
}

class ScriptReader {
  private readonly script: string;
  private readonly zeroth: readonly Piece[];
  private positional: readonly (readonly Piece[])[];
  private readonly lookup: Lookup;
  private readonly variables = new Map<string, readonly Piece[]>();
  private readonly commands: (readonly ShellWord[])[] = [];
  private at = 0;
  private words: ShellWord[] = [];
  private assignments: [name: string, value: readonly Piece[]][] = [];
  private pieces: Piece[] = [];
  private started = false;
  private quoted = false;
  private loose = false;
  private skipWord = false;
  private stopped = false;
  private failure: string | undefined;
  private count = 0;
  private inserted = 0;

  constructor(script: string, positional: readonly (readonly Piece[])[], lookup: Lookup) {
    this.script = script;
    this.zeroth = positional[0] ?? ['sh'];
    this.positional = positional.slice(1);
    this.lookup = lookup;
  }

  read(): ShellScript {
    while (this.at < this.script.length && !this.stopped) this.readNext();
    if (!this.stopped) this.endCommand();
    if (this.failure !== undefined) return { kind: 'unreadable', reason: this.failure };
    return { kind: 'commands', commands: this.commands };
  }

  /** Ends the reading: nothing after this place is looked at. */
  private giveUp(reason: string): undefined {
    this.failure ??= reason;
    this.stopped = true;
    this.at = this.script.length;
  }

  private readNext(): undefined {
    const character = this.script.charAt(this.at);
    switch (character) {
      case ' ':
      case '\t':
        this.endWord();
        this.at++;
        return;
      case '\n':
      case ';':
      case '&':
      case '|':
        this.readSeparator(character);
        return;
      case '#':
        if (this.started) this.add(character);
        else this.skipComment();
        return;
      case "'":
        this.readSingleQuotes();
        return;
      case '"':
        this.readDoubleQuotes();
        return;
      case '\\':
        this.readEscape();
        return;
      case '$':
        this.readDollar(false);
        return;
      case '<':
      case '>':
        this.readRedirection(character);
        return;
      case '`':
        return this.giveUp('it substitutes a command');
      case '(':
      case ')':
        return this.giveUp('it has parentheses');
      case '{':
        // A brace alone is a keyword; in bash, one inside a word expands it.
        if (this.started || !/\s/.test(this.script.charAt(this.at + 1))) return this.giveUp('it has braces');
        this.add(character);
        return;
      default:
        this.add(character);
    }
  }

  private add(text: string): undefined {
    this.pieces.push(text);
    this.started = true;
    this.at += text.length;
  }

  private skipComment(): undefined {
    const end = this.script.indexOf('\n', this.at);
    this.at = end < 0 ? this.script.length : end;
  }

  private readSeparator(character: string): undefined {
    if (character === '&' && this.script.charAt(this.at + 1) === '>') {
      this.endWord();
      this.at++;
      return;
    }
    this.endCommand();
    this.at++;
  }

  private readSingleQuotes(): undefined {
    const end = this.script.indexOf("'", this.at + 1);
    if (end < 0) return this.giveUp('a quote is not closed');
    this.pieces.push(this.script.slice(this.at + 1, end));
    this.started = true;
    this.quoted = true;
    this.at = end + 1;
  }

  private readDoubleQuotes(): undefined {
    this.started = true;
    this.quoted = true;
    this.at++;
    for (;;) {
      const character = this.script.charAt(this.at);
      if (character === '') return this.giveUp('a quote is not closed');
      if (character === '`') return this.giveUp('it substitutes a command');
      if (character === '"') {
        this.at++;
        return;
      }
      if (character === '$') this.readDollar(true);
      else if (character === '\\' && '$`"\\\n'.includes(this.script.charAt(this.at + 1) || ' ')) {
        const escaped = this.script.charAt(this.at + 1);
        if (escaped !== '\n') this.pieces.push(escaped);
        this.at += 2;
      } else this.add(character);
    }
  }

  private readEscape(): undefined {
    const escaped = this.script.charAt(this.at + 1);
    this.at += 2;
    if (escaped === '\n') return;
    this.pieces.push(escaped === '' ? '\\' : escaped);
    this.started = true;
    this.quoted = true;
  }

  private readRedirection(character: string): undefined {
    const next = this.script.charAt(this.at + 1);
    if (next === '(') return this.giveUp('it substitutes a process');
    if (character === '<' && next === '<') return this.giveUp('it has a here-document');
    // Digits before the sign are a descriptor, not a word.
    if (
      this.started &&
      !this.quoted &&
      this.pieces.every((piece) => typeof piece === 'string' && /^\d*$/.test(piece))
    ) {
      this.pieces = [];
      this.started = false;
    }
    this.endWord();
    this.at++;
    while ('>&|<'.includes(this.script.charAt(this.at) || ' ')) this.at++;
    this.skipWord = true;
  }

  private readDollar(inQuotes: boolean): undefined {
    const next = this.script.charAt(this.at + 1);
    if (next === '(') return this.giveUp('it substitutes a command');
    if (!inQuotes && (next === "'" || next === '"')) return this.giveUp("it uses bash's own quotes");
    if (next === '@' || next === '*') {
      this.at += 2;
      this.insertAll(next, inQuotes);
      return;
    }
    if (/\d/.test(next)) {
      this.at += 2;
      this.insert(next === '0' ? this.zeroth : (this.positional[Number(next) - 1] ?? []), inQuotes);
      return;
    }
    const braced = next === '{';
    name.lastIndex = this.at + (braced ? 2 : 1);
    const found = name.exec(this.script)?.[0];
    if (found === undefined) {
      if (braced || '?#!-$'.includes(next || ' ')) return this.giveUp(`it uses $${next}`);
      this.add('$');
      return;
    }
    const end = this.at + (braced ? 2 : 1) + found.length;
    if (braced && this.script.charAt(end) !== '}') return this.giveUp(`it computes with \${${found}…}`);
    this.at = end + (braced ? 1 : 0);
    const value = this.variables.get(found) ?? this.lookup(found);
    this.insert(value ?? [{ hole: `the image may define ${found}` }], inQuotes);
  }

  /** `"$@"` is each argument as a word of its own. */
  private insertAll(kind: string, inQuotes: boolean): undefined {
    this.inserted += this.positional.length;
    if (inQuotes && kind === '*') {
      this.insert(joinPieces(this.positional.flatMap((value, index) => (index === 0 ? value : [' ', ...value]))), true);
      return;
    }
    for (let index = 0; index < this.positional.length && !this.stopped; index++) {
      if (index > 0) this.endWord();
      this.insert(this.positional[index] ?? [], inQuotes);
    }
  }

  /** Inserts a value; outside quotes, spaces in it part words, and a hole may hold spaces. */
  private insert(value: readonly Piece[], inQuotes: boolean): undefined {
    for (const piece of value) this.inserted += typeof piece === 'string' ? piece.length + 1 : 1;
    if (this.inserted > insertedLimit) return this.giveUp('its variables expand to too much');
    if (inQuotes) {
      this.started = true;
      this.quoted = true;
      for (const piece of value) this.pieces.push(piece);
      return;
    }
    for (const piece of value) {
      if (typeof piece !== 'string') {
        this.pieces.push(piece);
        this.started = true;
        this.loose = true;
        continue;
      }
      if (/[*?[\]]/.test(piece)) return this.giveUp('a value outside quotes has wildcards');
      piece.split(/[ \t\n]/).forEach((part, index) => {
        if (index > 0) this.endWord();
        if (part !== '') {
          this.pieces.push(part);
          this.started = true;
        }
      });
    }
  }

  private endWord(): undefined {
    if (!this.started) return;
    const pieces = joinPieces(this.pieces);
    const { loose, quoted } = this;
    this.pieces = [];
    this.started = false;
    this.quoted = false;
    this.loose = false;
    if (++this.count > wordLimit) return this.giveUp('it has too many words');
    if (this.skipWord) {
      this.skipWord = false;
      return;
    }
    const first = pieces[0];
    const text = typeof first === 'string' ? first : '';
    if (this.words.length === 0) {
      const assigned = assignment.exec(text)?.[0];
      if (assigned !== undefined) {
        this.assignments.push([assigned.slice(0, -1), joinPieces([text.slice(assigned.length), ...pieces.slice(1)])]);
        return;
      }
      if (!quoted && pieces.length === 1 && keywords.has(text)) return this.giveUp(`it uses ${text}`);
    }
    this.words.push({ pieces, loose });
  }

  private endCommand(): undefined {
    this.endWord();
    this.skipWord = false;
    const { words, assignments } = this;
    this.words = [];
    this.assignments = [];
    if (words.length === 0) {
      for (const [variable, value] of assignments) this.variables.set(variable, value);
      return;
    }
    this.run(words);
  }

  private run(words: readonly ShellWord[]): undefined {
    const [first] = words;
    const command = first?.pieces.length === 1 && typeof first.pieces[0] === 'string' ? first.pieces[0] : undefined;
    if (command !== undefined && opaque.has(command)) return this.giveUp(`it uses ${command}`);
    if (command === 'set') this.set(words.slice(1));
    else if (command === 'export' || command === 'readonly') this.exportVariables(words.slice(1));
    else if (command === 'exit') this.stopped = true;
    else {
      this.commands.push(words);
      // `exec` with redirections alone goes on; with a command it does not come back, unless that cannot be started.
      if (command === 'exec' && words.length > 1) this.stopped = true;
    }
  }

  private set(words: readonly ShellWord[]): undefined {
    if (words.some((word) => word.loose)) return this.giveUp('it sets its arguments from a variable');
    const end = words.findIndex(({ pieces }) => typeof pieces[0] !== 'string' || !/^[-+]./.test(pieces[0]));
    const dashes = words.findIndex(({ pieces }) => pieces.length === 1 && pieces[0] === '--');
    if (dashes >= 0 && (end < 0 || dashes < end)) this.positional = words.slice(dashes + 1).map((word) => word.pieces);
    else if (end >= 0) {
      const option = words[end - 1]?.pieces[0];
      // `set -o pipefail` names an option.
      if (typeof option === 'string' && /^[-+][a-z]*o$/.test(option)) this.set(words.slice(end + 1));
      else this.positional = words.slice(end).map((word) => word.pieces);
    }
  }

  private exportVariables(words: readonly ShellWord[]): undefined {
    for (const { pieces, loose } of words) {
      const first = pieces[0];
      const assigned = typeof first === 'string' ? assignment.exec(first)?.[0] : undefined;
      if (loose) return this.giveUp('it exports a variable from another one');
      if (assigned !== undefined && typeof first === 'string') {
        this.variables.set(assigned.slice(0, -1), joinPieces([first.slice(assigned.length), ...pieces.slice(1)]));
      }
    }
  }
}
