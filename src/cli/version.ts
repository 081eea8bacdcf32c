/** Which version this is: written into the bundle when it is made, read from package.json when run from its sources. */

import { readFileSync } from 'node:fs';

/** Set by scripts/build.mjs. */
declare const KUBELET_TLS_GUARD_VERSION: string | undefined;

/** The version in package.json. */
export function readVersion(): string {
  if (typeof KUBELET_TLS_GUARD_VERSION === 'string') return KUBELET_TLS_GUARD_VERSION;
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return String((manifest as { readonly version: unknown }).version);
}
