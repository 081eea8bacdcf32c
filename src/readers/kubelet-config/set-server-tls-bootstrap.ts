/** Decides the smallest edit that makes a kubelet configuration text say serverTLSBootstrap: true and nothing else differently. */

import type { Member, ObjectValue } from '../yaml11/index.ts';
import { equalMembers } from './equal-members.ts';
import { type Position, positionAt } from './position.ts';
import { type Edit, proposeInsertions } from './propose-insertions.ts';
import { readYamlDocuments } from './read-documents.ts';
import { type DecodedDocument, membersNamed, type RawOutcome, readOutcomes } from './read-outcomes.ts';

const KEY = 'serverTLSBootstrap';

/** Longer texts are left alone: proving an edit reads the text several times, and an API server waits meanwhile. */
const LONGEST = 64 * 1024;

export type SetResult =
  /** `position` is where the value stands in the new text; a text that is true already comes back as it is. */
  | { readonly kind: 'changed'; readonly text: string; readonly position: Position }
  | { readonly kind: 'impossible'; readonly reason: string };

/**
 * Puts serverTLSBootstrap back to true, comments, order and line ends kept.
 *
 * Proved by reading the result back: kubeadm and the kubelet both read true, every other field and every other document is what it
 * was. Where no edit passes, `impossible` with a reason; the text is then left to the administrator. Never throws.
 */
export function setServerTLSBootstrapTrue(text: string): SetResult {
  if (text.length > LONGEST) return { kind: 'impossible', reason: `it is longer than ${LONGEST / 1024} KiB` };
  const before = readOutcomes(text);
  const { kubeadm } = before;
  if (kubeadm.kind !== 'decoded') return { kind: 'impossible', reason: reasonFor(kubeadm) };
  const { decoded } = kubeadm;
  if (isTrue(decoded.root) && isTrueFor(before.kubelet)) return changed(text, decoded);
  for (const edit of proposeEdits(text, decoded)) {
    const after = text.slice(0, edit.start) + edit.insert + text.slice(edit.end);
    const proved = prove(text, decoded, after);
    if (proved !== undefined) return changed(after, proved);
  }
  return { kind: 'impossible', reason: 'no small edit sets it without changing something else' };
}

function reasonFor(outcome: RawOutcome): string {
  switch (outcome.kind) {
    case 'error':
      return `kubeadm cannot decode the document: ${outcome.error}`;
    case 'unclear':
      return outcome.reason;
    default:
      return 'there is no KubeletConfiguration document';
  }
}

function changed(text: string, decoded: DecodedDocument): SetResult {
  const member = effectiveMember(decoded.root);
  const at = member === undefined ? 0 : decoded.text.toOriginal(member.valueStart);
  return { kind: 'changed', text, position: positionAt(text, at) };
}

function effectiveMember(root: ObjectValue): Member | undefined {
  const members = membersNamed(root, KEY);
  return members.findLast(({ value }) => value.kind !== 'null') ?? members[members.length - 1];
}

function isTrue(root: ObjectValue): boolean {
  const value = effectiveMember(root)?.value;
  return value?.kind === 'boolean' && value.value;
}

function isTrueFor(outcome: RawOutcome): boolean {
  return outcome.kind === 'decoded' && isTrue(outcome.decoded.root);
}

/** The new reading if both programs read true and all else is equal. */
function prove(before: string, decoded: DecodedDocument, after: string): DecodedDocument | undefined {
  const { kubeadm, kubelet } = readOutcomes(after);
  if (kubeadm.kind !== 'decoded' || !isTrue(kubeadm.decoded.root) || !isTrueFor(kubelet)) return undefined;
  if (!equalMembers(decoded.root, kubeadm.decoded.root, KEY)) return undefined;
  return equalOthers(before, decoded, after, kubeadm.decoded) ? kubeadm.decoded : undefined;
}

/** Every document but the one that was edited has the text it had. */
function equalOthers(before: string, old: DecodedDocument, after: string, edited: DecodedDocument): boolean {
  const was = readYamlDocuments(before);
  const is = readYamlDocuments(after);
  if (was.kind !== 'documents' || is.kind !== 'documents' || was.documents.length !== is.documents.length) return false;
  return was.documents.every(({ text: { text } }, i) => {
    const now = is.documents[i]?.text.text;
    return text === now || (text === old.text.text && now === edited.text.text);
  });
}

/** Edits worth trying, the best first. */
function proposeEdits(text: string, decoded: DecodedDocument): readonly Edit[] {
  const member = effectiveMember(decoded.root);
  const replacing = member === undefined ? [] : [replaceValue(text, decoded, member)];
  return [...replacing, ...proposeInsertions(text, decoded)];
}

function replaceValue(text: string, decoded: DecodedDocument, member: Member): Edit {
  const { toOriginal } = decoded.text;
  const start = toOriginal(member.valueStart);
  // The end of a value may be the end of a line, which stands elsewhere once CR LF is LF: count from its last character.
  const end = member.valueEnd > member.valueStart ? toOriginal(member.valueEnd - 1) + 1 : start;
  if (end > start) return { start, end, insert: 'true' };
  const afterColon = text.charCodeAt(start - 1) === 0x3a;
  return { start, end, insert: afterColon ? ' true' : 'true' };
}
