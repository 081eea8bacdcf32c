/** Decides what kubeadm v1.36.3 and the kubelet v1.36.3 make of a text: true, false, an error, or unclear. */

import type { Member, ObjectValue, Value } from '../yaml11/index.ts';
import { type Complaint, decodeConfiguration } from './decode-configuration.ts';
import { type GroupVersionKind, interpretType } from './interpret-type.ts';
import { type ConfigDocument, type Content, type ReadError, readContent, readYamlDocuments } from './read-documents.ts';
import type { DocumentText } from './split-documents.ts';

const GROUP = 'kubelet.config.k8s.io';
const VERSION = 'v1beta1';
const KIND = 'KubeletConfiguration';
/** Kinds of the group besides KubeletConfiguration (k8s.io/kubelet v0.36.3 config/v1beta1/register.go). */
const OTHER_KINDS: ReadonlySet<string> = new Set([
  'CredentialProviderConfig',
  'ImagePullIntent',
  'ImagePulledRecord',
  'SerializedNodeConfigSource',
]);
/** `kubelet` texts above this many UTF-16 units are not read: kubeadm writes about a thousand. */
export const LONGEST = 256 * 1024;

const BEYOND = 'it is nested more deeply than this reader follows';

/** An outcome before offsets become positions; `at` is an offset in the text that was given. */
export type RawOutcome =
  | { readonly kind: 'decoded'; readonly decoded: DecodedDocument }
  | { readonly kind: 'none' }
  | { readonly kind: 'error'; readonly error: string; readonly at: number }
  | { readonly kind: 'unclear'; readonly reason: string; readonly at: number };

export interface DecodedDocument {
  readonly root: ObjectValue;
  readonly text: DocumentText;
  readonly content: Content;
  readonly complaints: readonly Complaint[];
}

export interface RawOutcomes {
  readonly kubeadm: RawOutcome;
  readonly kubelet: RawOutcome;
}

/** Reads a text as both programs do. */
export function readOutcomes(text: string): RawOutcomes {
  if (text.length > LONGEST) {
    const unclear: RawOutcome = { kind: 'unclear', reason: `it is longer than ${LONGEST / 1024} KiB`, at: 0 };
    return { kubeadm: unclear, kubelet: unclear };
  }
  const read = readYamlDocuments(text);
  if (read.kind !== 'documents') {
    const kubeadm: RawOutcome = read.kind === 'error' ? read : { kind: 'unclear', reason: BEYOND, at: read.at };
    return { kubeadm, kubelet: readAsKubelet(text, undefined) };
  }
  const { documents } = read;
  return { kubeadm: chooseDocument(documents), kubelet: readAsKubelet(text, documents[0]) };
}

/** handler.FromDocumentMap and configBase.Unmarshal: the first document of the group in Go's map order. */
function chooseDocument(documents: readonly ConfigDocument[]): RawOutcome {
  const ours = documents.filter(({ type }) => type.group === GROUP);
  const [first] = ours;
  if (first === undefined) return { kind: 'none' };
  if (ours.length === 1) return decodeForKubeadm(first);
  const outcomes = ours.map(decodeForKubeadm);
  const usable = outcomes.findIndex(({ kind }) => kind !== 'error');
  const [error] = outcomes;
  if (usable < 0 && error !== undefined) return error;
  const reason = `it holds ${ours.length} documents of the group ${GROUP}, and which one kubeadm reads is left to chance`;
  return { kind: 'unclear', reason, at: ours[1]?.text.toOriginal(0) ?? 0 };
}

function decodeForKubeadm(document: ConfigDocument): RawOutcome {
  const { type, text, content } = document;
  const at = text.toOriginal(0);
  if (type.version !== VERSION) {
    const error = `unsupported apiVersion ${quote(`${GROUP}/${type.version}`)}, you may have to do manual conversion to "${GROUP}/${VERSION}" and run kubeadm again`;
    return { kind: 'error', error, at };
  }
  const decoded = decodeContent(content, text);
  if (decoded.kind !== 'typed') return decoded;
  const found = withDefaults(decoded.type);
  if (found.group === GROUP && found.version === VERSION && found.kind === KIND) return decoded.outcome;
  const error = OTHER_KINDS.has(found.kind)
    ? `converting (${VERSION}.${found.kind}) to (${VERSION}.${KIND}): unknown conversion`
    : notRegistered(found);
  return { kind: 'error', error, at };
}

/**
 * The decoder knows what it decodes into and fills in what is missing. Nothing is, in YAML: splitting has seen to that. In JSON the
 * order of `kind` and `Kind` decides, which splitting, with its sorted keys, may see otherwise.
 */
function withDefaults(type: GroupVersionKind): GroupVersionKind {
  const kind = type.kind === '' ? KIND : type.kind;
  if (type.version !== '' || (type.group !== '' && type.group !== GROUP)) return { ...type, kind };
  return { group: GROUP, version: VERSION, kind };
}

/** Go's %q: what cannot be seen is escaped. */
function quote(text: string): string {
  const hidden = (character: string): string => {
    const c = character.codePointAt(0) ?? 0;
    return c < 0x80 ? `\\x${c.toString(16).padStart(2, '0')}` : `\\u${c.toString(16).padStart(4, '0')}`;
  };
  const quoted = JSON.stringify(text).replace(/\\u00([01][0-9a-f])/g, '\\x$1');
  return quoted.replace(/(?! )[\p{C}\p{Z}]/gu, hidden);
}

function notRegistered(type: GroupVersionKind): string {
  const version = type.group === '' ? type.version : `${type.group}/${type.version}`;
  return `no kind ${quote(type.kind)} is registered for version ${quote(version)} in scheme "pkg/runtime/scheme.go:111"`;
}

function failed(content: ReadError, text: DocumentText): RawOutcome {
  const at = text.toOriginal(content.at);
  return content.kind === 'error'
    ? { kind: 'error', error: content.error, at }
    : { kind: 'unclear', reason: BEYOND, at };
}

type Typed = { readonly kind: 'typed'; readonly type: GroupVersionKind; readonly outcome: RawOutcome };

/** The serializer's steps behind the text: apiVersion and kind, then the fields. */
function decodeContent(content: Content | ReadError, text: DocumentText): Typed | RawOutcome {
  if (content.kind !== 'content') return failed(content, text);
  const interpreted = interpretType(content.value, 'decoding', content.json === undefined);
  if (interpreted.kind === 'error') return { ...interpreted, at: text.toOriginal(interpreted.at) };
  return { kind: 'typed', type: interpreted.type, outcome: decodeFields(content, text) };
}

function decodeFields(content: Content, text: DocumentText): RawOutcome {
  const { value } = content;
  const root: ObjectValue =
    value.kind === 'object' ? value : { kind: 'object', members: [], start: value.start, end: value.end };
  const { error, complaints } = decodeConfiguration(root, { json: content.json });
  if (content.unstable) {
    return {
      kind: 'unclear',
      reason: 'two keys of different types have the same text',
      at: text.toOriginal(root.start),
    };
  }
  if (error === undefined) return { kind: 'decoded', decoded: { root, text, content, complaints } };
  const at = text.toOriginal(error.at);
  return error.unclear ? { kind: 'unclear', reason: error.error, at } : { kind: 'error', error: error.error, at };
}

/** pkg/kubelet/kubeletconfig at v1.36.3: strict decoding first, lenient where only strictness failed, and an empty file is an error. */
function readAsKubelet(text: string, first: ConfigDocument | undefined): RawOutcome {
  if (text === '') return { kind: 'error', error: 'kubelet config file was empty', at: 0 };
  const same = first !== undefined && first.text.text === text;
  const whole: DocumentText = same ? first.text : { text, toOriginal: (offset) => Math.min(offset, text.length) };
  const decoded = decodeContent(same ? first.content : readContent(text), whole);
  if (decoded.kind === 'error') return { ...decoded, error: `failed to decode: ${decoded.error}` };
  if (decoded.kind !== 'typed') return decoded;
  const { type, outcome } = decoded;
  const error = refuseType(type);
  if (error !== undefined) return { kind: 'error', error, at: 0 };
  if (type.version !== VERSION) {
    return { kind: 'unclear', reason: `the kubelet reads apiVersion ${GROUP}/${type.version} by other names`, at: 0 };
  }
  return outcome.kind === 'error' ? { ...outcome, error: `failed to decode: ${outcome.error}` } : outcome;
}

function refuseType(type: GroupVersionKind): string | undefined {
  if (type.kind === '') return "failed to decode: Object 'Kind' is missing";
  if (type.version === '') return "failed to decode: Object 'apiVersion' is missing";
  const known = type.group === GROUP && (type.version === VERSION || type.version === '__internal');
  if (known && type.kind === KIND) return undefined;
  const other =
    type.group === GROUP &&
    OTHER_KINDS.has(type.kind) &&
    (known || (type.version === 'v1' && type.kind === 'CredentialProviderConfig'));
  if (!other) return `failed to decode: ${notRegistered(type)}`;
  return `failed to cast object to ${KIND}, unexpected type: ${GROUP}/${type.version}, Kind=${type.kind}`;
}

/** The members of that name in the order in which Go sets them. */
export function membersNamed(root: Value, key: string): readonly Member[] {
  return root.kind === 'object' ? root.members.filter((member) => member.key === key) : [];
}
