/** The contract of a rule: data about itself, and pure functions from an object to what is wrong with it. */

import type { GroupKind, Json, JsonObject } from '../kube/index.ts';

/** How a rule's findings are treated; the words and their order are Pod Security Admission's, plus `off`. */
export const modes = ['enforce', 'warn', 'audit', 'off'] as const;
export type Mode = (typeof modes)[number];

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** What a rule is told beside the object. It is data gathered beforehand, never a way to fetch more. */
export interface RuleContext {
  /** The request's operation; absent where an object is read from a file or a cluster and nobody is writing it. */
  readonly operation?: Operation;
  /** The object before the request, on UPDATE. */
  readonly oldObject?: JsonObject;
  /** The namespace of the request or, for files, the one given for objects that name none. */
  readonly namespace: string;
  /** The other documents of the same file, which kubeadm reads together; absent for what is no file. */
  readonly related?: readonly JsonObject[];
  /** Keys that the document's text gives more than once; the object has the last of each. */
  readonly repeatedKeys?: readonly string[];
  /** `always` asks for serverTLSBootstrap to be true; `ratchet` only that what is true stays true. */
  readonly requireEnabled: 'ratchet' | 'always';
}

/**
 * `violation`: certain, the rule's mode decides. `unclear`: it cannot be told, the rule's `unclear` setting decides too.
 * `warning`: worth saying, never a reason to refuse.
 */
export type Level = 'violation' | 'unclear' | 'warning';

/** One thing that is wrong with an object: what, where, why and what to do, in the words of who will read it. */
export interface Violation {
  readonly level: Level;
  /** JSON Pointer (RFC 6901) of the value that is wrong. */
  readonly path: string;
  /** Where in the text at `path`, if that value is a document of its own; lines and columns count from 1. */
  readonly position?: { readonly line: number; readonly column: number };
  /** The place in people's words, without the object's own name: `container "metrics-server", args[4]`. */
  readonly where: string;
  /** What is wrong there, as one sentence that can follow `where: ` and names the value. */
  readonly message: string;
  /** The same in a few words, for warnings, which kubectl shows in a single line. */
  readonly brief: string;
  /** What to do, where it differs from the rule's own `remediation`. */
  readonly remediation?: readonly string[];
  /** Why it matters, where it differs from the rule's own `why`. */
  readonly why?: string;
  /** What this finding is about: a write keeps an old violation if the old object has one of the same identity and at least the same gravity. */
  readonly identity: string;
  /** How bad it is among findings of the same identity. */
  readonly gravity: number;
  /** True where an old object's same defect is no excuse (the setting `requireEnabled: always`). */
  readonly inexcusable?: boolean;
}

/** A control of a benchmark that is about the same subject. It does not test the same thing, and `note` says how it differs. */
export interface RelatedControl {
  readonly benchmark: string;
  readonly id: string;
  readonly note: string;
}

/** What a rule may change, and what it did, for the warning that goes with the patch. */
export interface Fix {
  readonly object: JsonObject;
  readonly changes: readonly string[];
}

export interface Rule {
  /** Also the name of its file, its fixtures' folder and its page in docs/rules. Never used again for another rule. */
  readonly id: string;
  readonly title: string;
  /** Why it matters: one or two sentences. */
  readonly why: string;
  /** What to do, step by step; each step a sentence that can be followed as it stands. */
  readonly remediation: readonly string[];
  /** What else people should know, as paragraphs for the rule's page. */
  readonly notes: readonly string[];
  readonly references: readonly string[];
  readonly controls: readonly RelatedControl[];
  readonly kinds: readonly GroupKind[];
  readonly defaultMode: Mode;
  /** True for a rule that also judges the deletion of its objects. */
  readonly judgesDelete?: boolean;
  /** Lists what is wrong. On DELETE `object` is the object that would go. Must not change what it is given; never throws. */
  evaluate(object: JsonObject, context: RuleContext): readonly Violation[];
  /** The parts of an object that the rule reads: an UPDATE that leaves them as they were is never refused. */
  reads(object: JsonObject): readonly (Json | undefined)[];
  /**
   * Repairs what can be repaired without guessing, as a changed copy; `undefined` if there is nothing to change.
   * @param identities Where given, only violations of these identities are repaired (those that the write brings).
   */
  fix?(object: JsonObject, context: RuleContext, identities?: ReadonlySet<string>): Fix | undefined;
}
