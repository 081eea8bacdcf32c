/** Decides what the metrics-server releases that read alike make of one argument vector. */

import type { Dialect } from './dialects.ts';
import { type Element, firstHole } from './element.ts';
import { findCommand } from './find-command.ts';
import { type FlagValue, parseFlagValue } from './flag-values.ts';
import { parseFlags, type Reaction, type Use } from './parse-flags.ts';
import { reachOutcomes } from './reach-outcomes.ts';
import { type KubeletOptions, validateOptions } from './validate-options.ts';

/** The two settings that the guard exists for, by flag. */
export const insecureFlags = ['kubelet-insecure-tls', 'deprecated-kubelet-completely-insecure'] as const;
export type InsecureFlag = (typeof insecureFlags)[number];

/** What runs: the settings that decide about TLS to the kubelets. Indexes are those of the elements given. */
export type Run = {
  readonly kind: 'runs';
  readonly insecureTls: boolean;
  readonly completelyInsecure: boolean;
  /** The path, as text with holes shown; undefined where it is not given or empty. */
  readonly certificateAuthority: string | undefined;
  readonly kubeconfig: string | undefined;
  /** The elements whose value is in force, by flag. */
  readonly setBy: ReadonlyMap<string, readonly number[]>;
  /** Every element that gives one of the insecure flags, with the words `true` and `false` that follow a bare one. */
  readonly insecureElements: readonly number[];
};

/**
 * What one dialect makes of argv. `refuses` carries every error in order (the program prints the first), and whether parsing
 * or validation raised it. `unclear` means that a hole decides.
 */
export type DialectOutcome =
  | Run
  | { readonly kind: 'refuses'; readonly errors: readonly string[]; readonly stage: 'flags' | 'options' }
  | { readonly kind: 'exits' }
  | { readonly kind: 'unclear'; readonly couldBeInsecure: boolean; readonly reason: string; readonly index: number };

/** Reads argv (without the program's name) exactly where no hole decides, else by what the holes could make of it. */
export function readDialect(elements: readonly Element[], dialect: Dialect): DialectOutcome {
  const command = findCommand(elements, dialect);
  if (command.kind === 'exits') return command;
  const reader = new OptionReader(elements, dialect);
  // Another command knows other flags; but a hole before its name might yet make it a mere word or a flag's value.
  if (command.kind === 'error' && !elements.some((element) => element.text === undefined)) {
    return { kind: 'refuses', errors: [command.error], stage: 'flags' };
  }
  const end = parseFlags(elements, dialect, { use: (use) => reader.take(use) });
  if (end.kind === 'error') return { kind: 'refuses', errors: [end.error], stage: 'flags' };
  if (end.kind === 'unknown') return reachOutcomes(elements, dialect, end.reason, end.index);
  return reader.conclude();
}

/** Flags where not knowing the value means not knowing the outcome. */
const deciding: ReadonlySet<string> = new Set([...insecureFlags, 'help', 'version']);
const paths: ReadonlySet<string> = new Set([
  'kubelet-certificate-authority',
  'kubelet-client-key',
  'kubelet-client-certificate',
]);

class OptionReader {
  private readonly elements: readonly Element[];
  private readonly dialect: Dialect;
  private readonly values = new Map<string, FlagValue>();
  private readonly setBy = new Map<string, readonly number[]>();
  private readonly insecureElements: number[] = [];

  constructor(elements: readonly Element[], dialect: Dialect) {
    this.elements = elements;
    this.dialect = dialect;
  }

  take(use: Use): Reaction {
    const { flag, text } = use;
    const { name } = flag;
    if (text === undefined) {
      const missing = deciding.has(name) || (paths.has(name) && valueCanBeEmpty(use));
      if (missing) return { unknown: firstHole(use.element.pieces) ?? 'it cannot be read' };
      if (paths.has(name) || name === 'kubeconfig') this.values.set(name, showValue(use));
      else this.values.delete(name);
    } else {
      const parsed = parseFlagValue(flag.type, text, this.dialect.lenientIp);
      if (parsed.error !== undefined) return { cause: parsed.error };
      this.keep(name, parsed.value);
    }
    if (deciding.has(name) || paths.has(name) || name === 'kubeconfig') {
      this.setBy.set(name, use.first === use.last ? [use.first] : [use.first, use.last]);
      if (name === insecureFlags[0] || name === insecureFlags[1]) this.noteInsecure(use);
    }
    return undefined;
  }

  private keep(name: string, value: FlagValue): void {
    const before = this.values.get(name);
    if (Array.isArray(value)) {
      // A list flag adds to what it was given before. Only two lists are ever looked at.
      if (name !== 'cors-allowed-origins' && name !== 'strict-transport-security-directives') return;
      const list: string[] = Array.isArray(before) ? (before as string[]) : [];
      for (const item of value) list.push(item);
      this.values.set(name, list);
    } else if (name === 'vmodule') this.values.set(name, before === true || value);
    else this.values.set(name, value);
  }

  private noteInsecure(use: Use): void {
    this.insecureElements.push(use.first);
    const word = strayWord(this.elements, use);
    if (word !== undefined) this.insecureElements.push(word);
  }

  conclude(): DialectOutcome {
    if (this.values.get('help') === true) return { kind: 'exits' };
    // metrics-server itself prints its version and ends, before it validates.
    if (this.values.get('version') === true) return { kind: 'exits' };
    const path = (name: string) => {
      const value = this.values.get(name);
      return typeof value === 'string' && value !== '' ? value : undefined;
    };
    const insecureTls = this.values.get('kubelet-insecure-tls') === true;
    const completelyInsecure = this.values.get('deprecated-kubelet-completely-insecure') === true;
    const certificateAuthority = path('kubelet-certificate-authority');
    const kubelet: KubeletOptions = {
      insecureTls,
      completelyInsecure,
      certificateAuthority: certificateAuthority !== undefined,
      clientKey: path('kubelet-client-key') !== undefined,
      clientCertificate: path('kubelet-client-certificate') !== undefined,
    };
    const errors = validateOptions(kubelet, this.values, this.dialect.checks);
    if (errors.length > 0) return { kind: 'refuses', errors, stage: 'options' };
    return {
      kind: 'runs',
      insecureTls,
      completelyInsecure,
      certificateAuthority,
      kubeconfig: path('kubeconfig'),
      setBy: this.setBy,
      insecureElements: this.insecureElements,
    };
  }
}

/** `--kubelet-insecure-tls`, `false` as two elements: the second is a word that pflag passes over, and belongs to the mistake. */
export function strayWord(elements: readonly Element[], use: Use): number | undefined {
  if (use.element.text?.includes('=') !== false) return undefined;
  const next = elements[use.last + 1]?.text?.toLowerCase();
  return next === 'true' || next === 'false' ? use.last + 1 : undefined;
}

function valueCanBeEmpty(use: Use): boolean {
  return use.element.pieces.every(
    (piece, index) => typeof piece !== 'string' || (index === 0 && piece.length <= use.start),
  );
}

function showValue(use: Use): string {
  const text = use.element.pieces.map((piece) => (typeof piece === 'string' ? piece : '$(…)')).join('');
  return text.slice(use.start);
}
