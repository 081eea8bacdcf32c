/** Decides what a `check` is asked to do, or what is wrong with how it is asked. */

import { defaultPolicy, defaultSettings, examineExemptions, type Policy } from '../policy/index.ts';
import { type Note, type Renderer, renderers } from '../report/index.ts';
import { type Mode, modes, type Rule } from '../rules/rule.ts';
import type { RunOptions } from './check-files.ts';
import type { Values } from './command.ts';
import { loadConfiguration } from './config.ts';

/** An output as asked for: a form, and the file that it goes to; without one, standard output. */
export interface Target {
  readonly renderer: Renderer;
  readonly file?: string;
}

export interface Plan {
  readonly kind: 'plan';
  readonly options: RunOptions;
  readonly targets: readonly Target[];
  readonly notes: readonly Note[];
  readonly at: number;
  readonly allowEmpty: boolean;
}

export interface Wrong {
  readonly kind: 'wrong';
  readonly message: string;
}

function textOf(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** Turns the command line into what is to be done, or says what is wrong with it. */
export async function makePlan(
  values: Values,
  paths: readonly string[],
  known: readonly Rule[],
  now: number,
): Promise<Plan | Wrong> {
  if (paths.length === 0) return wrong('name a FILE, a DIR, or - for standard input');
  if (paths.filter((path) => path === '-').length > 1)
    return wrong('- stands for standard input and can be given once');
  const fix = values['fix'] === true;
  const diff = values['diff'] === true;
  if (fix && diff) return wrong('--fix changes files and --diff changes nothing: give one of them');
  const targets = parseTargets(values['output']);
  if (!isList(targets)) return targets;
  const taken = diff ? 'the diff' : fix && paths.includes('-') ? 'standard input, repaired,' : undefined;
  const named = targets.find(({ file }) => file === undefined);
  if (taken !== undefined && named !== undefined) {
    return wrong(`${taken} goes to standard output: write --output ${named.renderer.name}=FILE`);
  }
  const at = parseTime(textOf(values, 'at'), now);
  if (at === undefined) return wrong('--at takes a time such as 2027-03-31T12:00:00Z');
  const mode = parseMode(textOf(values, 'as'));
  if (mode === 'unknown') return wrong(`--as takes one of ${modes.join(', ')}`);
  const loaded = await loadPolicy(textOf(values, 'config'), known, at);
  if (loaded.kind === 'wrong') return loaded;
  const policy = mode === undefined ? loaded.policy : withMode(loaded.policy, known, mode);
  const wantsEdits = targets.some(({ renderer }) => renderer.name !== 'text');
  const options: RunOptions = {
    rules: known,
    policy,
    now: at,
    namespace: textOf(values, 'namespace') ?? 'default',
    fixes: fix || diff ? 'documents' : wantsEdits ? 'rows' : 'none',
    repairs: fix ? 'write' : diff ? 'show' : 'none',
  };
  return { kind: 'plan', options, targets, notes: loaded.notes, at, allowEmpty: values['allow-empty'] === true };
}

function isList(targets: readonly Target[] | Wrong): targets is readonly Target[] {
  return Array.isArray(targets);
}

function wrong(message: string): Wrong {
  return { kind: 'wrong', message };
}

/** Reads `--output`; the forms are the renderers' names. An empty list means that none was asked for. */
function parseTargets(given: Values[string]): readonly Target[] | Wrong {
  const targets: Target[] = [];
  for (const word of Array.isArray(given) ? given : []) {
    const [form = '', ...rest] = String(word).split('=');
    const renderer = renderers.find(({ name }) => name === form);
    const forms = renderers.map(({ name }) => name).join(', ');
    if (renderer === undefined) return wrong(`--output ${JSON.stringify(form)} is unknown: the forms are ${forms}`);
    const file = rest.join('=');
    if (rest.length > 0 && file === '') return wrong(`--output ${form}= names no file`);
    targets.push(rest.length === 0 || file === '-' ? { renderer } : { renderer, file });
  }
  if (targets.filter(({ file }) => file === undefined).length > 1) {
    return wrong('only one --output can go to standard output: write the others as FORM=FILE');
  }
  return targets;
}

/** RFC 3339, of which JavaScript's own parser takes more and less than is meant. */
function parseTime(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return now;
  if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const time = Date.parse(text.toUpperCase());
  return Number.isNaN(time) ? undefined : time;
}

function parseMode(text: string | undefined): Mode | 'unknown' | undefined {
  return text === undefined ? undefined : (modes.find((mode) => mode === text) ?? 'unknown');
}

async function loadPolicy(
  file: string | undefined,
  known: readonly Rule[],
  at: number,
): Promise<{ readonly kind: 'policy'; readonly policy: Policy; readonly notes: readonly Note[] } | Wrong> {
  if (file === undefined) return { kind: 'policy', policy: defaultPolicy(known), notes: [] };
  const loaded = await loadConfiguration(file, known);
  if (loaded.kind === 'unusable') return wrong(`the policy cannot be used:\n${loaded.lines.join('\n')}`);
  // Files are not everything that an exemption could cover, so whether it is still needed cannot be told here.
  const findings = examineExemptions(loaded.policy.exemptions, undefined, at);
  return { kind: 'policy', policy: loaded.policy, notes: findings.map(({ message }) => ({ file, message })) };
}

function withMode(policy: Policy, known: readonly Rule[], mode: Mode): Policy {
  const changed = known.map((rule) => {
    const settings = policy.rules.get(rule.id) ?? defaultSettings(rule);
    return [rule.id, settings.mode === 'off' ? settings : { ...settings, mode }] as const;
  });
  return { ...policy, rules: new Map(changed) };
}
