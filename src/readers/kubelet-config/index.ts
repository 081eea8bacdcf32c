/** Decides what kubeadm v1.36.3 and the kubelet v1.36.3 make of the text in ConfigMap kube-system/kubelet-config, key `kubelet`. */

import type { Member, Value } from '../yaml11/index.ts';
import { findNearMisses } from './near-miss.ts';
import { createLocator, type Locator, type Position } from './position.ts';
import { type DecodedDocument, membersNamed, type RawOutcome, readOutcomes } from './read-outcomes.ts';
import {
  type FeatureGates,
  type KubeletConfigReading,
  type Outcome,
  SETTING_NAMES,
  type Setting,
  type SettingName,
  type StrictComplaint,
} from './reading.ts';

export { type Complaint, type DecodedConfiguration, decodeConfiguration } from './decode-configuration.ts';
export type { GroupVersionKind } from './interpret-type.ts';
export { createLocator, type Locator, type Position, positionAt } from './position.ts';
export {
  type ConfigDocument,
  type ConfigDocuments,
  type Content,
  type ReadError,
  readContent,
  readYamlDocuments,
} from './read-documents.ts';
export type {
  FeatureGates,
  KubeletConfigReading,
  NearMiss,
  Outcome,
  Setting,
  SettingName,
  StrictComplaint,
} from './reading.ts';
export { type SetResult, setServerTLSBootstrapTrue } from './set-server-tls-bootstrap.ts';
export type { DocumentText } from './split-documents.ts';

const KEY = 'serverTLSBootstrap';

/**
 * Reads a kubelet configuration text as kubeadm's lenient chain does (join, upgrade), and as the kubelet would.
 *
 * Never throws; time is linear in the text. A text above 256 KiB is unclear at once. All positions are in `text`.
 */
export function readKubeletConfiguration(text: string): KubeletConfigReading {
  const raw = readOutcomes(text);
  const locate = createLocator(text);
  const kubeadm = toOutcome(locate, raw.kubeadm);
  const kubelet = toOutcome(locate, raw.kubelet);
  const decoded = raw.kubeadm.kind === 'decoded' ? raw.kubeadm.decoded : undefined;
  if (decoded === undefined) return { kubeadm, kubelet, ...NOTHING };
  const featureGates = readFeatureGates(locate, decoded);
  return {
    kubeadm,
    kubelet,
    serverTLSBootstrap: {
      effective: effectiveSetting(locate, decoded, KEY),
      occurrences: readOccurrences(locate, decoded),
    },
    featureGates,
    refusesToStart: kubeadm.kind === 'true' && featureGates.turnedOffBy !== undefined,
    settings: readSettings(locate, decoded),
    nearMisses: findNearMisses(decoded.root, (offset) => place(locate, decoded, offset)),
    complaints: readComplaints(locate, decoded),
    document: { value: decoded.root, text: decoded.text },
  };
}

const NOTHING: Omit<KubeletConfigReading, 'kubeadm' | 'kubelet'> = {
  serverTLSBootstrap: { effective: undefined, occurrences: [] },
  featureGates: { rotateKubeletServerCertificate: undefined, allBeta: undefined, turnedOffBy: undefined },
  refusesToStart: false,
  settings: new Map(),
  nearMisses: [],
  complaints: [],
  document: undefined,
};

function toOutcome(locate: Locator, raw: RawOutcome): Outcome {
  switch (raw.kind) {
    case 'none':
      return { kind: 'false', because: 'no document' };
    case 'error':
      return { kind: 'error', error: raw.error, position: locate(raw.at) };
    case 'unclear':
      return { kind: 'unclear', reason: raw.reason, position: locate(raw.at) };
    case 'decoded':
      return judge(locate, raw.decoded);
  }
}

/** A Go bool that is no pointer: null leaves it as it is, absent is false. */
function judge(locate: Locator, decoded: DecodedDocument): Outcome {
  const setting = effectiveSetting(locate, decoded, KEY);
  if (setting === undefined) return { kind: 'false', because: 'absent' };
  const position = setting.valuePosition;
  if (setting.value === true) return { kind: 'true', position };
  return { kind: 'false', because: setting.value === null ? 'null' : 'false', position };
}

function place(locate: Locator, decoded: DecodedDocument, offset: number): Position {
  return locate(decoded.text.toOriginal(offset));
}

function toSetting(locate: Locator, decoded: DecodedDocument, member: Member, value: Setting['value']): Setting {
  return {
    key: member.key,
    value,
    keyPosition: place(locate, decoded, member.keyStart),
    valuePosition: place(locate, decoded, member.valueStart),
  };
}

function plainValue(value: Value): Setting['value'] {
  switch (value.kind) {
    case 'boolean':
    case 'string':
      return value.value;
    case 'number':
      return value.text;
    default:
      return null;
  }
}

/** The last occurrence that sets a value; null sets none, so it counts only where nothing else does. */
function effectiveSetting(locate: Locator, decoded: DecodedDocument, key: string): Setting | undefined {
  const members = membersNamed(decoded.root, key);
  const member = members.findLast(({ value }) => value.kind !== 'null') ?? members[members.length - 1];
  return member === undefined ? undefined : toSetting(locate, decoded, member, plainValue(member.value));
}

function readSettings(locate: Locator, decoded: DecodedDocument): ReadonlyMap<SettingName, Setting> {
  const settings = new Map<SettingName, Setting>();
  for (const name of SETTING_NAMES) {
    const setting = effectiveSetting(locate, decoded, name);
    if (setting !== undefined && setting.value !== null) settings.set(name, setting);
  }
  return settings;
}

/** JSON keeps every key; of YAML's repeated keys the last is in the tree and the others are known by their places. */
function readOccurrences(locate: Locator, decoded: DecodedDocument): readonly Position[] {
  const offsets: number[] = [];
  for (const { key, inRoot, replaces } of decoded.content.duplicates) {
    if (inRoot && key === KEY) offsets.push(replaces);
  }
  for (const member of membersNamed(decoded.root, KEY)) offsets.push(member.keyStart);
  return offsets.map((offset) => place(locate, decoded, offset));
}

/** featureGates is a map: a repeated key in JSON adds to it, null empties it, and a gate set to null is false. */
function readFeatureGates(locate: Locator, decoded: DecodedDocument): FeatureGates {
  let rotate: Setting | undefined;
  let allBeta: Setting | undefined;
  for (const { value } of membersNamed(decoded.root, 'featureGates')) {
    if (value.kind !== 'object') {
      rotate = undefined;
      allBeta = undefined;
      continue;
    }
    for (const member of value.members) {
      const isRotate = member.key === 'RotateKubeletServerCertificate';
      if (!isRotate && member.key !== 'AllBeta') continue;
      const on = member.value.kind === 'boolean' && member.value.value;
      const setting = toSetting(locate, decoded, member, on);
      if (isRotate) rotate = setting;
      else allBeta = setting;
    }
  }
  // The gate is beta and on by default: AllBeta=false turns it off unless it is set itself.
  const turnedOffBy = rotate === undefined ? (allBeta?.value === false ? allBeta : undefined) : rotate;
  return {
    rotateKubeletServerCertificate: rotate,
    allBeta,
    turnedOffBy: turnedOffBy?.value === false ? turnedOffBy : undefined,
  };
}

function readComplaints(locate: Locator, decoded: DecodedDocument): readonly StrictComplaint[] {
  const duplicates = decoded.content.duplicates.map(({ key, at }) => ({ kind: 'duplicate' as const, path: key, at }));
  return [...duplicates, ...decoded.complaints].map(({ kind, path, at }) => ({
    kind,
    path,
    position: place(locate, decoded, at),
  }));
}
