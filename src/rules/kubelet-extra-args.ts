/** Which kubelet flags in a kubeadm document's `kubeletExtraArgs` override serverTLSBootstrap or its feature gate. */

import { asArray, asString, get, getIn, isObject, type JsonObject, pointer } from '../kube/index.ts';

/** One argument as kubeadm passes it on, with the JSON Pointer of its value. */
interface ExtraArg {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** What an argument does to the kubelet's serving certificates. */
export interface Override extends ExtraArg {
  readonly effect: 'switches off' | 'switches on' | 'gate off';
}

const holder = ['nodeRegistration', 'kubeletExtraArgs'] as const;
const trueWords: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const falseWords: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/**
 * Reads the overriding arguments, the deciding one of each name only: lists (v1beta4) are passed on in order, maps (v1beta3) sorted by name
 * (cmd/kubeadm/app/util ArgumentsToCommand), and the last one wins; gates of several --feature-gates add up. The kubelet folds `_` to `-` in flag names (component-base cli/flag WordSepNormalizeFunc) and reads booleans by strconv.ParseBool.
 */
export function readOverrides(object: JsonObject): readonly Override[] {
  const overrides: Override[] = [];
  const args = listExtraArgs(object).map((arg) => ({ ...arg, flag: arg.name.replaceAll('_', '-') }));
  const rotate = args.findLast(({ flag }) => flag === 'rotate-server-certificates');
  if (rotate !== undefined && falseWords.has(rotate.value)) overrides.push({ ...rotate, effect: 'switches off' });
  if (rotate !== undefined && trueWords.has(rotate.value)) overrides.push({ ...rotate, effect: 'switches on' });
  const off = findGateOff(args.filter(({ flag }) => flag === 'feature-gates'));
  if (off !== undefined) overrides.push({ ...off, effect: 'gate off' });
  return overrides;
}

function listExtraArgs(object: JsonObject): readonly ExtraArg[] {
  const args = getIn(object, ...holder);
  if (isObject(args)) {
    const sorted = Object.entries(args).sort(([left], [right]) => (left < right ? -1 : 1));
    return sorted.flatMap(([name, value]) =>
      typeof value === 'string' ? [{ name, value, path: pointer(...holder, name) }] : [],
    );
  }
  return asArray(args).flatMap((entry, index) => {
    const name = asString(get(entry, 'name'));
    const value = asString(get(entry, 'value'));
    return name === undefined || value === undefined ? [] : [{ name, value, path: pointer(...holder, index, 'value') }];
  });
}

/** The argument that switches the gate off: by its own name, or by AllBeta without its own name set to true. */
function findGateOff(args: readonly ExtraArg[]): ExtraArg | undefined {
  const gates = new Map<string, { readonly off: boolean; readonly arg: ExtraArg }>();
  for (const arg of args) {
    for (const pair of arg.value.split(',')) {
      const equals = pair.indexOf('=');
      if (equals > 0)
        gates.set(pair.slice(0, equals).trim(), { off: falseWords.has(pair.slice(equals + 1).trim()), arg });
    }
  }
  const deciding = gates.get('RotateKubeletServerCertificate') ?? gates.get('AllBeta');
  return deciding?.off === true ? deciding.arg : undefined;
}
