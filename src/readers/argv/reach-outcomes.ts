/** Decides what an argument vector with holes could come to, over every text that the holes might have. */

import type { Dialect } from './dialects.ts';
import { canBeEmpty, canEqual, dropText, type Element, firstHole, leadingText } from './element.ts';
import { supposeText } from './find-command.ts';
import { parseFlagValue } from './flag-values.ts';
import { falseSpellings, trueSpellings } from './go-values.ts';
import { parseStep, type Reaction, type Use } from './parse-flags.ts';
import { type DialectOutcome, type InsecureFlag, strayWord } from './read-dialect.ts';
import { validateKubelet } from './validate-options.ts';

/**
 * A state of the walk is one number, a bit for each flag that decides: which are on, which paths are not empty. From each state
 * at each place every possible text of a hole leads on; the states at the end say what can run. What a state forgets (other
 * flags' values) only ever stops the program, so that no insecure run is missed.
 */
const bits: ReadonlyMap<string, number> = new Map([
  ['kubelet-insecure-tls', 1],
  ['deprecated-kubelet-completely-insecure', 2],
  ['kubelet-certificate-authority', 4],
  ['kubelet-client-key', 8],
  ['kubelet-client-certificate', 16],
  ['help', 32],
  ['version', 64],
]);
const switches: readonly string[] = [
  'kubelet-insecure-tls',
  'deprecated-kubelet-completely-insecure',
  'help',
  'version',
];
const paths: readonly string[] = ['kubelet-certificate-authority', 'kubelet-client-key', 'kubelet-client-certificate'];

/** Sets or clears a bit; `undefined` leaves the state as it is. */
type Change = { readonly bit: number; readonly on: boolean } | undefined;

/** One way on from a place: to which place, with which changes to choose from (one of them happens). */
type Way = { readonly to: number; readonly changes: readonly Change[] };

/** More holes that decide than this are not followed; nor more states, nor longer vectors. All are far beyond honest use. */
const holeLimit = 64;
const stepLimit = 1_000_000;
const elementLimit = 10_000;

const unchanged: readonly Change[] = [undefined];

/** What the releases of the dialect can come to; `reason` and `index` are those of the first hole that decides. */
export function reachOutcomes(
  elements: readonly Element[],
  dialect: Dialect,
  reason: string,
  index: number,
): DialectOutcome {
  const insecureElements = new Set<number>();
  const finals = elements.length > elementLimit ? undefined : walk(elements, dialect, insecureElements);
  if (finals === undefined) return { kind: 'unclear', couldBeInsecure: true, reason, index };
  let secure = false;
  let insecureTls = false;
  let completelyInsecure = false;
  let exits = false;
  for (const state of finals) {
    if ((state & 96) !== 0) exits = true;
    else if (refuses(state, dialect)) continue;
    else if ((state & 3) === 0) secure = true;
    else {
      insecureTls ||= (state & 1) !== 0;
      completelyInsecure ||= (state & 2) !== 0;
    }
  }
  const insecure = insecureTls || completelyInsecure;
  if (insecure && secure) return { kind: 'unclear', couldBeInsecure: true, reason, index };
  if (!insecure && !secure) {
    if (exits) return { kind: 'exits' };
    return { kind: 'refuses', errors: ['no text for its variables makes these arguments valid'], stage: 'flags' };
  }
  return {
    kind: 'runs',
    insecureTls,
    completelyInsecure,
    certificateAuthority: undefined,
    kubeconfig: undefined,
    setBy: new Map(),
    insecureElements: insecure ? [...insecureElements].sort((a, b) => a - b) : [],
  };
}

function refuses(state: number, dialect: Dialect): boolean {
  const on = (bit: number) => (state & bit) !== 0;
  const kubelet = {
    insecureTls: on(1),
    completelyInsecure: on(2),
    certificateAuthority: on(4),
    clientKey: on(8),
    clientCertificate: on(16),
  };
  return validateKubelet(kubelet, dialect.checks).length > 0;
}

/** The states possible at the end, or undefined beyond the limits. */
function walk(
  elements: readonly Element[],
  dialect: Dialect,
  insecureElements: Set<number>,
): ReadonlySet<number> | undefined {
  const finals = new Set<number>();
  let here = new Set<number>([0]);
  let next = new Set<number>();
  let holes = 0;
  let steps = 0;
  for (let index = 0; index < elements.length; index++) {
    const after = new Set<number>();
    if (here.size > 0) {
      const { ways, isHole } = waysFrom(elements, index, dialect, insecureElements);
      if (isHole && ++holes > holeLimit) return undefined;
      for (const way of ways) {
        const target = way.to === index + 1 ? next : way.to === index + 2 ? after : finals;
        for (const state of here) for (const change of way.changes) target.add(apply(state, change));
        steps += here.size * way.changes.length;
      }
      if (steps > stepLimit) return undefined;
    }
    here = next;
    next = after;
  }
  // A value flag may have taken the last element: then the walk ended one place further on.
  for (const state of here) finals.add(state);
  for (const state of next) finals.add(state);
  return finals;
}

function apply(state: number, change: Change): number {
  if (change === undefined) return state;
  return change.on ? state | change.bit : state & ~change.bit;
}

/** The ways on from one place: one where the element is known, else one for each text that its hole might have. */
function waysFrom(
  elements: readonly Element[],
  index: number,
  dialect: Dialect,
  insecureElements: Set<number>,
): { readonly ways: readonly Way[]; readonly isHole: boolean } {
  const element = elements[index];
  if (element === undefined) return { ways: [], isHole: false };
  const known = wayOf([element, elements[index + 1]], index, elements.length, dialect, (use) => {
    insecureElements.add(use.first + index);
    const word = strayWord([element, elements[index + 1] ?? element].slice(0, elements.length - index), use);
    if (word !== undefined) insecureElements.add(word + index);
  });
  if (known !== 'unknown') return { ways: known === undefined ? [] : [known], isHole: false };
  // Whatever stands for nothing: a word, a flag that matters not, an empty element.
  const ways: Way[] = [{ to: index + 1, changes: unchanged }];
  for (const candidate of candidates(element, dialect)) {
    const supposed = supposeText(candidate, element);
    const way = wayOf([supposed, elements[index + 1]], index, elements.length, dialect, () => undefined);
    if (way !== 'unknown' && way !== undefined) ways.push(way);
  }
  return { ways, isHole: true };
}

/** Where one element, with the next as its value perhaps, leads; undefined where the program ends there with an error. */
function wayOf(
  pair: readonly (Element | undefined)[],
  index: number,
  length: number,
  dialect: Dialect,
  noteInsecure: (use: Use & { readonly flag: { readonly name: InsecureFlag | string } }) => void,
): Way | undefined | 'unknown' {
  const elements = pair.filter((element) => element !== undefined);
  let changes = unchanged;
  const step = parseStep(elements, 0, dialect, {
    use: (use): Reaction => {
      const made = changesOf(use, dialect);
      if ('cause' in made) return made;
      // A cluster of shorthands can hold help and a value: both happen, and only help matters.
      if (made.changes !== unchanged) changes = made.changes;
      if (use.flag.name === 'kubelet-insecure-tls' || use.flag.name === 'deprecated-kubelet-completely-insecure') {
        noteInsecure(use);
      }
      return undefined;
    },
  });
  if (typeof step === 'number') {
    // pflag 1.0.1 drops all that follows `-test.`.
    const dropped = step > 1 && elements[0]?.text?.includes('test.') === true && dialect.atTestFlag === 'drop the rest';
    return { to: dropped ? length + 2 : index + step, changes };
  }
  if (step.kind === 'parsed') return { to: length + 2, changes };
  return step.kind === 'unknown' ? 'unknown' : undefined;
}

function changesOf(use: Use, dialect: Dialect): { readonly changes: readonly Change[] } | { readonly cause: string } {
  const { flag, text, element, start } = use;
  const bit = bits.get(flag.name);
  if (text !== undefined) {
    const parsed = parseFlagValue(flag.type, text, dialect.lenientIp);
    if (parsed.error !== undefined) return { cause: parsed.error };
    if (bit === undefined) return { changes: unchanged };
    return { changes: [{ bit, on: flag.type === 'bool' ? parsed.value === true : text !== '' }] };
  }
  if (bit === undefined) return { changes: unchanged };
  const pieces = dropText(element.pieces, start);
  if (flag.type !== 'bool') {
    const filled: Change = { bit, on: true };
    return { changes: canBeEmpty(pieces) ? [filled, { bit, on: false }] : [filled] };
  }
  const changes: Change[] = [];
  if (trueSpellings.some((spelling) => canEqual(pieces, spelling))) changes.push({ bit, on: true });
  if (falseSpellings.some((spelling) => canEqual(pieces, spelling))) changes.push({ bit, on: false });
  return changes.length > 0 ? { changes } : { cause: `${firstHole(pieces) ?? ''} makes no boolean` };
}

/** The texts worth supposing for an element whose hole decides what it is: those that change a state or take the next element. */
function candidates(element: Element, dialect: Dialect): readonly string[] {
  const { pieces } = element;
  const found: string[] = [];
  const suppose = (text: string) => {
    if (canEqual(pieces, text)) found.push(text);
  };
  suppose('--');
  if (dialect.atTestFlag === 'drop the rest' && canBegin(pieces, '-test.')) found.push('-test.');
  for (const name of switches) {
    if (!dialect.long.has(name)) continue;
    suppose(`--${name}`);
    for (const spelling of trueSpellings) suppose(`--${name}=${spelling}`);
    for (const spelling of falseSpellings) suppose(`--${name}=${spelling}`);
  }
  for (const name of paths) {
    if (!dialect.long.has(name)) continue;
    suppose(`--${name}=`);
    if (canBegin(pieces, `--${name}=`)) found.push(`--${name}=x`);
  }
  // Of the flags that take any text, one is enough; the others take some texts only.
  let taking = false;
  for (const flag of dialect.long.values()) {
    if (!flag.takesValue || (taking && flag.type === 'string' && !paths.includes(flag.name))) continue;
    const before = found.length;
    suppose(`--${flag.name}`);
    if (flag.shorthand !== undefined) {
      const lead = leadingText(pieces);
      suppose(`-${flag.shorthand}`);
      suppose(`${/^-h+$/.test(lead) ? lead : '-h'}${flag.shorthand}`);
    }
    taking ||= flag.type === 'string' && !paths.includes(flag.name) && found.length > before;
  }
  return found;
}

/** Whether some text for the holes makes the pieces begin with `prefix` and go on. */
function canBegin(pieces: Element['pieces'], prefix: string): boolean {
  const lead = leadingText(pieces);
  if (lead.length >= prefix.length) return lead.startsWith(prefix);
  return prefix.startsWith(lead);
}
