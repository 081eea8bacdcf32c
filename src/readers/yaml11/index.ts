/** Decides what the first YAML document of a text says, exactly as sigs.k8s.io/yaml v1.6.0 over go.yaml.in/yaml/v2 v2.4.3. */

import { type Decoded, decodeTree } from './decode-tree.ts';
import { parseDocument } from './parse-document.ts';
import { createScanner } from './scanner.ts';
import { layOut, offsetOf } from './source.ts';

export type { Decoded } from './decode-tree.ts';
export type {
  BooleanValue,
  DuplicateKey,
  ListValue,
  Member,
  NullValue,
  NumberValue,
  ObjectValue,
  Span,
  StringValue,
  Value,
} from './tree.ts';
export { lastMember } from './tree.ts';

/**
 * Reads the first document of a YAML 1.1 text as Kubernetes' programs do (YAMLToJSON).
 *
 * Returns the value, with offsets in `text`; `error` in the words that Go prints; or `beyond` where the text is nested deeper than
 * this reader follows (go-yaml would go on). `unstable` is set when two keys of different types have one text, so that Go's random
 * map order decides. An empty text is null. Never throws; time is linear in the text, aliases within go-yaml's own limit.
 */
export function readYaml(text: string): Decoded {
  const source = layOut(text);
  const scanner = createScanner(source);
  const root = parseDocument(scanner);
  const { failure } = scanner;
  if (failure !== undefined) {
    const at = offsetOf(source, failure.at);
    return failure.beyond === true ? { kind: 'beyond', at } : { kind: 'error', error: `yaml: ${failure.message}`, at };
  }
  return decodeTree(source, root);
}
