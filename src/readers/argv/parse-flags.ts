/** Decides which flags an argument vector sets, walking it as pflag's FlagSet.Parse does. */

import type { Flag, FlagSet } from './dialects.ts';
import { type Element, firstHole, leadingText } from './element.ts';
import { firstByte, quoteCharacter, quoteString } from './go-text.ts';

/**
 * One use of a flag. `text` is undefined where the value has a hole; then `element` is the one that holds it and `start` the
 * place in its leading text where the value begins. `first` and `last` are the indexes of the elements that make it up.
 */
export type Use = {
  readonly flag: Flag;
  readonly text: string | undefined;
  readonly element: Element;
  readonly start: number;
  readonly first: number;
  readonly last: number;
};

/** What the caller says to a use: nothing, the cause of an error, or that it cannot go on without knowing the hole. */
export type Reaction = undefined | { readonly cause: string } | { readonly unknown: string };

export type Visitor = {
  readonly use: (use: Use) => Reaction;
  readonly positional?: (element: Element, index: number) => void;
};

/** How the walk ended: at the end, at an error (in pflag's words), or at an element whose hole decides what it is. */
export type ParseEnd =
  | { readonly kind: 'parsed' }
  | { readonly kind: 'error'; readonly error: string; readonly index: number }
  | { readonly kind: 'unknown'; readonly reason: string; readonly index: number };

/**
 * Walks the elements (github.com/spf13/pflag flag.go parseArgs, the same from 1.0.1 to 1.0.10 but for what FlagSet names).
 * Flags and positionals may stand in any order; a value flag takes the next element whatever it is, `--` too.
 */
export function parseFlags(elements: readonly Element[], flags: FlagSet, visitor: Visitor): ParseEnd {
  let index = 0;
  while (index < elements.length) {
    const step = parseStep(elements, index, flags, visitor);
    if (typeof step !== 'number') return step;
    index = step;
  }
  return { kind: 'parsed' };
}

/** Reads the element at `index`, and its value; returns the index of the next one to read, or how the walk ends. */
export function parseStep(
  elements: readonly Element[],
  index: number,
  flags: FlagSet,
  visitor: Visitor,
): number | ParseEnd {
  const element = elements[index];
  if (element === undefined) return { kind: 'parsed' };
  const lead = element.text ?? leadingText(element.pieces);
  const whole = element.text !== undefined;
  if (lead.charCodeAt(0) !== 0x2d || (whole && lead.length === 1)) {
    if (lead === '' && !whole) return unknownAt(element, index);
    visitor.positional?.(element, index);
    return index + 1;
  }
  if (whole && lead === '--') {
    if (visitor.positional !== undefined) {
      for (let rest = index + 1; rest < elements.length; rest++) {
        const positional = elements[rest];
        if (positional !== undefined) visitor.positional(positional, rest);
      }
    }
    return { kind: 'parsed' };
  }
  return lead.startsWith('--')
    ? parseLong(elements, index, element, lead, flags, visitor)
    : parseShort(elements, index, element, lead, flags, visitor);
}

function unknownAt(element: Element, index: number): ParseEnd {
  return { kind: 'unknown', reason: firstHole(element.pieces) ?? 'it cannot be read', index };
}

function fail(error: string, index: number): ParseEnd {
  return { kind: 'error', error, index };
}

/** The element's text for an error message, holes as `$(…)`. */
function shown(element: Element, from: number): string {
  const text = element.text ?? element.pieces.map((piece) => (typeof piece === 'string' ? piece : '$(…)')).join('');
  return text.slice(from);
}

/** Returns the index of the next element to read, or how the walk ends. */
function parseLong(
  elements: readonly Element[],
  index: number,
  element: Element,
  lead: string,
  flags: FlagSet,
  visitor: Visitor,
): number | ParseEnd {
  const second = lead.charAt(2);
  if (second === '-' || second === '=') return fail(`bad flag syntax: ${shown(element, 0)}`, index);
  const equals = lead.indexOf('=', 2);
  if (equals < 0 && element.text === undefined) return unknownAt(element, index);
  const name = equals < 0 ? lead.slice(2) : lead.slice(2, equals);
  const flag = flags.long.get(name);
  if (flag === undefined) return fail(`unknown flag: --${name}`, index);
  if (equals >= 0) {
    const text = element.text?.slice(equals + 1);
    return react(visitor, { flag, text, element, start: equals + 1, first: index, last: index });
  }
  if (!flag.takesValue) return react(visitor, { flag, text: 'true', element, start: 0, first: index, last: index });
  const value = elements[index + 1];
  if (value === undefined) return fail(`flag needs an argument: --${name}`, index);
  return react(visitor, { flag, text: value.text, element: value, start: 0, first: index, last: index + 1 });
}

function parseShort(
  elements: readonly Element[],
  index: number,
  element: Element,
  lead: string,
  flags: FlagSet,
  visitor: Visitor,
): number | ParseEnd {
  const whole = element.text !== undefined;
  let at = 1;
  if (!whole && lead.length === 1) return unknownAt(element, index);
  for (; at < lead.length; at++) {
    if (lead.startsWith('test.', at)) return flags.atTestFlag === 'skip' ? index + 1 : elements.length;
    if (!whole && 'test.'.startsWith(lead.slice(at))) return unknownAt(element, index);
    const flag = flags.short.get(lead.charAt(at));
    if (flag === undefined) {
      const byte = firstByte(lead.slice(at));
      const character = quoteCharacter(flags.encodesShorthands ? firstByte(byte) : byte);
      return fail(`unknown shorthand flag: ${character} in -${shown(element, at)}`, index);
    }
    const hasMore = at + 1 < lead.length;
    if (!whole && (!hasMore || (lead.charAt(at + 1) === '=' && at + 2 === lead.length && !flag.takesValue))) {
      // What follows decides: nothing, a value, another shorthand.
      return unknownAt(element, index);
    }
    if (lead.charAt(at + 1) === '=' && (at + 2 < lead.length || !whole)) {
      const text = element.text?.slice(at + 2);
      return react(visitor, { flag, text, element, start: at + 2, first: index, last: index });
    }
    if (!flag.takesValue) {
      const end = react(visitor, { flag, text: 'true', element, start: 0, first: index, last: index });
      if (typeof end !== 'number') return end;
      continue;
    }
    if (hasMore) {
      const text = element.text?.slice(at + 1);
      return react(visitor, { flag, text, element, start: at + 1, first: index, last: index });
    }
    const value = elements[index + 1];
    if (value === undefined)
      return fail(`flag needs an argument: ${quoteCharacter(lead.charAt(at))} in -${lead.slice(at)}`, index);
    return react(visitor, { flag, text: value.text, element: value, start: 0, first: index, last: index + 1 });
  }
  if (!whole) return unknownAt(element, index);
  return index + 1;
}

function react(visitor: Visitor, use: Use): number | ParseEnd {
  const reaction = visitor.use(use);
  if (reaction === undefined) return use.last + 1;
  if ('unknown' in reaction) return { kind: 'unknown', reason: reaction.unknown, index: use.last };
  const { name, shorthand } = use.flag;
  const spelling = shorthand === undefined ? `--${name}` : `-${shorthand}, --${name}`;
  return fail(
    `invalid argument ${quoteString(use.text ?? '')} for ${quoteString(spelling)} flag: ${reaction.cause}`,
    use.first,
  );
}
