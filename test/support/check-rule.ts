/** Rules as simple as can be, so that the tests of `check` do not depend on what the real rules find. */

import {
  asArray,
  isObject,
  type JsonObject,
  podTemplateOf,
  visitContainers,
  workloadKinds,
} from '../../src/kube/index.ts';
import type { Rule, Violation } from '../../src/rules/rule.ts';

const flag = '--kubelet-insecure-tls';

/** Refuses one argument in any container, warns of another, cannot tell a third, and takes the first out. */
export const fakeRule: Rule = {
  id: 'example-insecure-argument',
  title: 'No container is told to trust everybody',
  why: 'Whoever trusts everybody can be fooled by anybody: the answers that it gets may come from somebody else on the way.',
  remediation: [
    'Take the argument out.',
    'Give the kubelets certificates that the cluster can verify, as the page below says.',
  ],
  notes: ['This rule is an example.'],
  references: ['https://example.org/rules/example-insecure-argument'],
  controls: [{ benchmark: 'Example', id: '1.2.3', note: 'about the same subject' }],
  kinds: workloadKinds,
  defaultMode: 'enforce',
  evaluate(object) {
    const template = podTemplateOf(object);
    if (template === undefined) return [];
    return [...visitContainers(template)].flatMap(({ container, path, list, index }) =>
      asArray(container['args']).flatMap((argument, at) =>
        describe(
          argument,
          `${path}/args/${at}`,
          `container "${String(container['name'] ?? index)}", args[${at}]`,
          `${list}/${index}`,
        ),
      ),
    );
  },
  reads: (object) => [object],
  fix(object, _context, identities) {
    const violations = this.evaluate(object, { namespace: '', requireEnabled: 'ratchet' });
    const wanted = violations.filter(
      ({ level, identity }) => level === 'violation' && (identities?.has(identity) ?? true),
    );
    if (wanted.length === 0) return undefined;
    return {
      object: withoutPaths(object, new Set(wanted.map(({ path }) => path))),
      changes: wanted.map(({ where }) => `removed ${flag} from ${where}`),
    };
  },
};

function describe(argument: unknown, path: string, where: string, container: string): readonly Violation[] {
  const common = { path, where, identity: `${container} ${String(argument)}`, gravity: 1 };
  if (argument === flag)
    return [{ ...common, level: 'violation', message: `${flag} accepts any certificate`, brief: flag }];
  if (argument === '--example-warning')
    return [{ ...common, level: 'warning', message: 'this will be refused one day', brief: 'warning' }];
  if (argument === '$(EXAMPLE)')
    return [{ ...common, level: 'unclear', message: '$(EXAMPLE) could be anything', brief: 'unclear' }];
  return [];
}

/** A copy without the list items at these paths. */
function withoutPaths(object: JsonObject, paths: ReadonlySet<string>): JsonObject {
  const copy = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) {
      return value
        .map((item, index) => ({ item, at: `${path}/${index}` }))
        .filter(({ at }) => !paths.has(at))
        .map(({ item, at }) => copy(item, at));
    }
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner, `${path}/${key}`)]));
  };
  const copied = copy(object, '');
  return isObject(copied) ? copied : object;
}

/** Refuses `serverTLSBootstrap: false` in a ConfigMap's text, with its position there, and turns it to true. */
export const fakeTextRule: Rule = {
  ...fakeRule,
  id: 'example-text',
  title: 'The text says true',
  kinds: [{ group: '', kind: 'ConfigMap' }],
  evaluate(object) {
    const text = textOf(object);
    const at = text.search(/(?<=serverTLSBootstrap: )false/);
    if (at < 0) return [];
    const before = text.slice(0, at).split('\n');
    const column = [...(before.at(-1) ?? '')].length + 1;
    return [
      {
        level: 'violation',
        path: '/data/kubelet',
        position: { line: before.length, column },
        where: `data.kubelet line ${before.length}`,
        message: 'serverTLSBootstrap is false',
        brief: 'false',
        identity: 'text',
        gravity: 1,
      },
    ];
  },
  fix(object) {
    const after = textOf(object).replace(/(?<=serverTLSBootstrap: )false/, 'true');
    const data = object['data'];
    if (after === textOf(object) || !isObject(data)) return undefined;
    return { object: { ...object, data: { ...data, kubelet: after } }, changes: ['set serverTLSBootstrap to true'] };
  },
};

function textOf(object: JsonObject): string {
  const data = object['data'];
  const text = isObject(data) ? data['kubelet'] : undefined;
  return typeof text === 'string' ? text : '';
}
