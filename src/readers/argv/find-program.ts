/** Decides which program a container runs, behind whatever wrappers and shells stand before it, and with which arguments. */

import { type Element, firstHole, makeElement } from './element.ts';
import type { Lookup } from './expand.ts';
import { isOtherProgram } from './other-programs.ts';
import { readShell } from './read-shell.ts';
import { leadOf, skipWrapper } from './skip-wrapper.ts';
import { multiCallBinaries, shellBuiltins, shells, wrappers } from './wrappers.ts';

/**
 * - `entrypoint`: no command; the image's ENTRYPOINT runs with all of args.
 * - `metrics-server`: it runs, once for each of `argvs` (a script may run it more than once).
 * - `other`: another program runs, with `argv`; its name is the last segment of its path.
 * - `script`: a script file runs whose contents cannot be seen.
 * - `unclear`: what runs cannot be read; `couldBeInsecure` where it names one of the insecure flags or might yet yield one.
 * `wrappers` names what was peeled off, outermost first.
 */
export type FoundProgram =
  | { readonly kind: 'entrypoint'; readonly argv: readonly Element[] }
  | {
      readonly kind: 'metrics-server';
      readonly wrappers: readonly string[];
      readonly argvs: readonly (readonly Element[])[];
    }
  | {
      readonly kind: 'other' | 'script';
      readonly wrappers: readonly string[];
      readonly program: string;
      readonly argv: readonly Element[];
    }
  | {
      readonly kind: 'unclear';
      readonly wrappers: readonly string[];
      readonly reason: string;
      readonly couldBeInsecure: boolean;
      readonly element: Element | undefined;
    };

const insecureText = /kubelet-insecure-tls|kubelet-completely-insecure/;
const metricsServer = /^metrics-server(?:[-_](?:linux[-_])?(?:amd64|arm64|arm|ppc64le|s390x|386))?$/;
const scriptName = /\.(?:sh|bash|ash|zsh|ksh|py|pl|rb)$|entry-?point|^(?:run|start|launch)(?:[-_.]|$)/;

/** Scripts inside scripts, wrappers inside wrappers: more than this many are not followed. */
const depthLimit = 8;
const wrapperLimit = 64;

/** The last segment of a path. */
export function basename(path: string): string {
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path;
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** Whether a program's file name is metrics-server's. */
export function isMetricsServerProgram(name: string): boolean {
  return metricsServer.test(name);
}

/** `metrics-server` or an absolute path to it; `deploy/metrics-server` is what kubectl calls an object. */
function namesMetricsServer(text: string): boolean {
  return (!text.includes('/') || text.startsWith('/')) && isMetricsServerProgram(basename(text));
}

const runsInScript =
  /(?:^|[;&|({]|\b(?:exec|then|do|else|time))[ \t]*["']?(?:\/[\w./-]*\/|\/|\.\/)?metrics-server(?=["'\s;&|)]|$)/m;

/** Whether an unclear program still says that it runs metrics-server: at the place of a command, or as an absolute path. */
export function seemsMetricsServer(elements: readonly Element[]): boolean {
  return elements.some(({ pieces }) =>
    pieces.some(
      (piece) =>
        typeof piece === 'string' &&
        piece.includes('metrics-server') &&
        (runsInScript.test(piece) || (piece.startsWith('/') && namesMetricsServer(piece))),
    ),
  );
}

/** Finds the program of a container: `command`'s first element, or the image's ENTRYPOINT where there is no command. */
export function findProgram(command: readonly Element[], args: readonly Element[], lookup: Lookup): FoundProgram {
  if (command.length === 0) return { kind: 'entrypoint', argv: args };
  return peel([...command, ...args], lookup, [], 0);
}

function unclear(peeled: readonly string[], reason: string, rest: readonly Element[], element?: Element): FoundProgram {
  const couldBeInsecure = rest.some(({ pieces }) =>
    pieces.some((piece) => typeof piece !== 'string' || insecureText.test(piece)),
  );
  return { kind: 'unclear', wrappers: peeled, reason, couldBeInsecure, element };
}

function peel(given: readonly Element[], environment: Lookup, outer: readonly string[], depth: number): FoundProgram {
  const peeled = [...outer];
  let elements = given;
  let lookup = environment;
  let at = 0;
  for (let turns = 0; turns < wrapperLimit; turns++) {
    const first = elements[at];
    const rest = elements.slice(at);
    if (first === undefined) return { kind: 'other', wrappers: peeled, program: '', argv: [] };
    if (first.text === undefined) {
      return unclear(peeled, `the program's name cannot be read (${firstHole(first.pieces) ?? ''})`, rest, first);
    }
    const name = basename(first.text);
    if (isMetricsServerProgram(name)) return { kind: 'metrics-server', wrappers: peeled, argvs: [rest.slice(1)] };
    if (multiCallBinaries.has(name)) {
      peeled.push(name);
      at++;
      continue;
    }
    if (shells.has(name)) return readShellCommand(elements, at, name, lookup, peeled, depth);
    const grammar = wrappers.get(name);
    if (grammar === undefined || (shellBuiltins.has(name) && depth === 0)) return otherProgram(name, rest, peeled);
    peeled.push(name);
    const skipped = skipWrapper(grammar, elements, at + 1, name === 'env');
    if (skipped.kind === 'failed') return unclear(peeled, skipped.reason, rest, first);
    elements = skipped.elements;
    at = skipped.at;
    if (skipped.changesEnvironment) lookup = (variable) => [{ hole: `${name} may change ${variable}` }];
  }
  return unclear(peeled, 'too many wrappers', elements.slice(at));
}

function otherProgram(name: string, rest: readonly Element[], peeled: readonly string[]): FoundProgram {
  const argv = rest.slice(1);
  if (!isOtherProgram(name) && argv.some(({ text }) => text !== undefined && namesMetricsServer(text))) {
    return unclear(peeled, `${name} seems to run metrics-server, but how is not known`, rest, rest[0]);
  }
  return { kind: scriptName.test(name) ? 'script' : 'other', wrappers: peeled, program: name, argv };
}

const shellLongOptions = new Set(
  '--norc --noprofile --login --posix --restricted --verbose --noediting --debugger'.split(' '),
);
const shellLongValues = new Set(['--rcfile', '--init-file']);

/** A shell: `-c` with a script in any of its spellings, a script file, or commands on its standard input. */
function readShellCommand(
  elements: readonly Element[],
  start: number,
  shell: string,
  lookup: Lookup,
  outer: readonly string[],
  depth: number,
): FoundProgram {
  const peeled = [...outer, shell];
  const rest = elements.slice(start);
  let at = start + 1;
  let hasScript = false;
  for (; at < elements.length; at++) {
    const element = elements[at];
    const text = element?.text;
    if (text === undefined) {
      // A hole where an option may stand: with -c given it is the script at the latest.
      if (element !== undefined && hasScript && !leadOf(element).startsWith('-') && leadOf(element) !== '') break;
      return unclear(peeled, `${shell} has arguments that cannot be read`, rest, element);
    }
    if (text === '--' || text === '-') {
      at++;
      break;
    }
    if (shellLongOptions.has(text)) continue;
    if (shellLongValues.has(text)) {
      at++;
      continue;
    }
    if (!/^[-+][A-Za-z]+$/.test(text)) break;
    if (text.startsWith('-') && text.includes('c')) hasScript = true;
    // Each o or O takes the name of an option from the elements that follow.
    at += text.slice(1).replace(/[^oO]/g, '').length;
  }
  const script = elements[at];
  if (script === undefined) return { kind: 'other', wrappers: outer, program: shell, argv: rest.slice(1) };
  if (leadOf(script).startsWith('-') || (leadOf(script).startsWith('+') && !hasScript)) {
    return unclear(peeled, `${shell} has an unknown option`, rest, script);
  }
  if (hasScript) return readScript(script, elements.slice(at + 1), lookup, peeled, depth);
  if (script.text === undefined) return unclear(peeled, 'the name of the script cannot be read', rest, script);
  return { kind: 'script', wrappers: peeled, program: script.text, argv: elements.slice(at + 1) };
}

function readScript(
  script: Element,
  positional: readonly Element[],
  lookup: Lookup,
  peeled: readonly string[],
  depth: number,
): FoundProgram {
  const all = [script, ...positional];
  if (script.text === undefined) {
    return unclear(
      peeled,
      `the script has a part that cannot be read (${firstHole(script.pieces) ?? ''})`,
      all,
      script,
    );
  }
  if (depth >= depthLimit) return unreadableScript(script, positional, peeled, 'scripts are nested too deep');
  const read = readShell(
    script.text,
    positional.map((element) => element.pieces),
    lookup,
  );
  if (read.kind === 'unreadable')
    return unreadableScript(script, positional, peeled, `the script cannot be read: ${read.reason}`);
  const found = read.commands.map((words) => {
    const loose = words.find((word) => word.loose);
    const elements = words.map((word) => makeElement(word.pieces, script.origin, true));
    const program = peel(elements, lookup, peeled, depth + 1);
    if (loose === undefined || program.kind === 'other') return program;
    const hole = firstHole(loose.pieces) ?? '';
    return unclear(peeled, `a variable outside quotes may be any number of arguments (${hole})`, elements, script);
  });
  const servers = found.filter((program) => program.kind === 'metrics-server');
  const obscure = found.find((program) => program.kind === 'unclear' && program.couldBeInsecure);
  if (obscure !== undefined) return obscure;
  const [server] = servers;
  if (server !== undefined) {
    return { kind: 'metrics-server', wrappers: server.wrappers, argvs: servers.flatMap((program) => program.argvs) };
  }
  const last =
    found.find((program) => program.kind === 'unclear') ?? found.find((program) => program.kind === 'script');
  return last ?? found.at(-1) ?? { kind: 'other', wrappers: peeled, program: '', argv: [] };
}

/**
 * A script that is not read could be insecure when it names an insecure flag, or when it names metrics-server or runs its own
 * arguments while something in it, or in those, is put together only as it runs.
 */
function unreadableScript(
  script: Element,
  positional: readonly Element[],
  peeled: readonly string[],
  reason: string,
): FoundProgram {
  const text = script.text ?? '';
  const runs = /metrics-server|\$[@*{(A-Za-z_0-9]|`|eval/.test(text);
  const computes = /[$`\\*?]|["']\S*["']|base64|xargs|printf/.test(text);
  const named = insecureText.test(text) || /insecure/.test(text);
  const inArguments = positional.some(({ pieces }) =>
    pieces.some((piece) => typeof piece !== 'string' || /insecure/.test(piece)),
  );
  return {
    kind: 'unclear',
    wrappers: peeled,
    reason,
    couldBeInsecure: named || inArguments || (runs && computes),
    element: script,
  };
}
