/** Decides where, in a wrapper's arguments, the program that it runs begins. */

import { type Element, leadingText, makeElement } from './element.ts';
import type { Wrapper } from './wrappers.ts';

/** More texts of `env -S` inside each other than this are not followed. */
const splitLimit = 64;

/** The elements that remain, and where in them the wrapped program stands; or why the wrapper cannot be peeled. */
export type Skipped =
  | {
      readonly kind: 'skipped';
      readonly elements: readonly Element[];
      readonly at: number;
      readonly changesEnvironment: boolean;
    }
  | { readonly kind: 'failed'; readonly reason: string };

/** Skips a wrapper's own options and words. `env -S` puts the words of its text in its place. */
export function skipWrapper(grammar: Wrapper, given: readonly Element[], start: number, isEnv: boolean): Skipped {
  let elements = given;
  let at = start;
  let changesEnvironment = false;
  for (let turns = 0; at < elements.length; turns++) {
    const element = elements[at];
    if (element === undefined) break;
    const text = element.text ?? leadingText(element.pieces);
    if (isEnv && text === '-' && element.text !== undefined) {
      changesEnvironment = true;
      at++;
      continue;
    }
    if (!text.startsWith('-') || text === '-') {
      if (text === '' && element.text === undefined)
        return { kind: 'failed', reason: 'a wrapper has arguments that cannot be read' };
      break;
    }
    if (element.text === undefined && !text.includes('=')) {
      return { kind: 'failed', reason: 'a wrapper has an option that cannot be read' };
    }
    if (text === '--') {
      at++;
      break;
    }
    const split = isEnv ? splitString(elements, at) : undefined;
    if (split !== undefined) {
      if ('reason' in split || turns > splitLimit)
        return { kind: 'failed', reason: 'env -S has a text that is not read here' };
      elements = split.elements;
      changesEnvironment = true;
      continue;
    }
    const length = optionLength(grammar, text);
    if (length === 0) return { kind: 'failed', reason: `a wrapper has an unknown option, ${text.slice(0, 40)}` };
    changesEnvironment ||= isEnv;
    at += length;
  }
  while (grammar.assignments && elements[at] !== undefined && /^[^=]+=/.test(leadOf(elements[at]))) {
    changesEnvironment = true;
    at++;
  }
  return { kind: 'skipped', elements, at: at + grammar.words, changesEnvironment };
}

export function leadOf(element: Element | undefined): string {
  return element === undefined ? '' : (element.text ?? leadingText(element.pieces));
}

/** How many elements an option takes, 0 where it is unknown. */
function optionLength(grammar: Wrapper, text: string): number {
  if (text.startsWith('--')) {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text.slice(2) : text.slice(2, equals);
    if (grammar.values.has(name)) return equals < 0 ? 2 : 1;
    return grammar.flags.has(name) ? 1 : 0;
  }
  if (grammar.numbers && /^-\d+$/.test(text)) return 1;
  for (let i = 1; i < text.length; i++) {
    const letter = text.charAt(i);
    if (grammar.values.has(letter)) return i + 1 < text.length ? 1 : 2;
    if (!grammar.flags.has(letter)) return 0;
  }
  return 1;
}

/** GNU env's -S: the words of one text. Only plain words and quotes are read; undefined where the option is another one. */
function splitString(
  elements: readonly Element[],
  at: number,
): { readonly elements: readonly Element[] } | { readonly reason: string } | undefined {
  const option = elements[at];
  const match = /^(?:-[iv0]*S|--split-string(=|$))([\s\S]*)$/.exec(option?.text ?? '');
  if (option === undefined || match === null) return undefined;
  const attached = match[2] ?? '';
  const next = elements[at + 1];
  const separate = attached === '' && match[1] !== '=';
  const text = separate ? next?.text : attached;
  if (text === undefined || /[\\$#]/.test(text) || text.length > 65536) return { reason: 'unreadable' };
  const words: Element[] = [];
  const word = /(?:"[^"]*"|'[^']*'|[^\s"'])+/g;
  if (/["']/.test(text.replace(/"[^"]*"|'[^']*'/g, ''))) return { reason: 'unreadable' };
  for (const [found] of text.matchAll(word)) {
    words.push(
      makeElement(
        [found.replace(/"([^"]*)"|'([^']*)'/g, '$1$2')],
        (separate ? next : option)?.origin ?? option.origin,
        true,
      ),
    );
  }
  return { elements: [...elements.slice(0, at), ...words, ...elements.slice(at + (separate ? 2 : 1))] };
}
