/** The shape of what reading a kubelet configuration tells. */

import type { Value } from '../yaml11/index.ts';
import type { Position } from './position.ts';
import type { DocumentText } from './split-documents.ts';

/** What a program makes of serverTLSBootstrap. `error` is in the program's own words; `unclear` never stands for true. */
export type Outcome =
  | { readonly kind: 'true'; readonly position: Position }
  | {
      readonly kind: 'false';
      readonly because: 'absent' | 'null' | 'false' | 'no document';
      readonly position?: Position;
    }
  | { readonly kind: 'error'; readonly error: string; readonly position?: Position }
  | { readonly kind: 'unclear'; readonly reason: string; readonly position?: Position };

/** A key as it is written, with its value and where both stand. Values: null, boolean, string; a number as its JSON text. */
export interface Setting {
  readonly key: string;
  readonly value: string | boolean | null;
  readonly keyPosition: Position;
  readonly valuePosition: Position;
}

/** A key that looks like serverTLSBootstrap and is not, or stands where it means nothing. */
export interface NearMiss {
  readonly key: string;
  /** Keys from the root, joined by dots. */
  readonly path: string;
  readonly position: Position;
}

/** What only strict decoding (`kubeadm config validate`, the kubelet's first attempt) complains about. */
export interface StrictComplaint {
  readonly kind: 'unknown' | 'duplicate';
  readonly path: string;
  readonly position: Position;
}

export interface FeatureGates {
  readonly rotateKubeletServerCertificate: Setting | undefined;
  readonly allBeta: Setting | undefined;
  /** The setting that turns the gate RotateKubeletServerCertificate off; with serverTLSBootstrap true the kubelet refuses to start. */
  readonly turnedOffBy: Setting | undefined;
}

export interface KubeletConfigReading {
  readonly kubeadm: Outcome;
  readonly kubelet: Outcome;
  /** What follows describes the document that kubeadm decodes, and is empty where it decodes none. */
  readonly serverTLSBootstrap: {
    /** The one that counts. */
    readonly effective: Setting | undefined;
    /** Positions of all keys of that name in the root, in the order in which they are set. */
    readonly occurrences: readonly Position[];
  };
  readonly featureGates: FeatureGates;
  /** True when serverTLSBootstrap is true and its gate is off: "invalid configuration: serverTLSBootstrap true requires feature gate". */
  readonly refusesToStart: boolean;
  /** Effective values of root fields that change what serverTLSBootstrap does; absent fields are absent here. */
  readonly settings: ReadonlyMap<SettingName, Setting>;
  readonly nearMisses: readonly NearMiss[];
  readonly complaints: readonly StrictComplaint[];
  /** The decoded tree; offsets are those of `text.text`. */
  readonly document: { readonly value: Value; readonly text: DocumentText } | undefined;
}

export const SETTING_NAMES = [
  'tlsCertFile',
  'tlsPrivateKeyFile',
  'enableServer',
  'readOnlyPort',
  'rotateCertificates',
] as const;
export type SettingName = (typeof SETTING_NAMES)[number];
