/** Decides by which releases of metrics-server an image is judged. */

import { type Dialect, dialects, dialectsOf } from './dialects.ts';
import { compareReleases, newestRelease, releases } from './releases.ts';

/**
 * The releases to judge by. `exact` when the tag names them; `newer` when it names one after the newest that is known, which is
 * then judged as that one: it may have flags that are not known here.
 */
export type ReleaseChoice = {
  readonly releases: readonly string[];
  readonly dialects: readonly Dialect[];
  readonly exact: boolean;
  readonly newer: boolean;
};

/** An image reference in parts: the last path segment of its repository, its tag, whether it has a digest. */
export type ImageName = { readonly name: string; readonly tag: string | undefined; readonly digest: boolean };

/** Splits an image reference (github.com/distribution/reference: `[host[:port]/]path[:tag][@digest]`). */
export function parseImage(image: string): ImageName {
  const at = image.indexOf('@');
  const named = at < 0 ? image : image.slice(0, at);
  const segment = named.slice(named.lastIndexOf('/') + 1);
  const colon = segment.indexOf(':');
  return {
    name: (colon < 0 ? segment : segment.slice(0, colon)).toLowerCase(),
    tag: colon < 0 ? undefined : segment.slice(colon + 1),
    digest: at >= 0,
  };
}

const everything: ReleaseChoice = { releases, dialects, exact: false, newer: false };
const version = /^v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?(?![0-9])/;

/**
 * Chooses by the tag: `v0.6.3`, `0.6.3-debian-12-r1`, `v0.6.3-hmda` are v0.6.3; `0.6` is every v0.6. A tag that is no release,
 * none at all, or a digest means all of them. The digest goes before the tag because the container runtime pulls by the digest
 * and looks at no tag then: `…:v0.9.0@sha256:…` may well be v0.3.6, and only what every release refuses is known not to run.
 */
export function releasesOf(image: ImageName): ReleaseChoice {
  const match = image.digest || image.tag === undefined ? null : version.exec(image.tag);
  if (match === null) return everything;
  const [, major = '', minor = '', patch] = match;
  if (major !== '0') return major === '1' ? newest() : everything;
  const line = releases.filter((release) => release.startsWith(`v0.${Number(minor)}.`));
  if (line.length === 0) return Number(minor) > 9 ? newest() : everything;
  if (patch === undefined) return choose(line);
  const wanted = `v0.${Number(minor)}.${Number(patch)}`;
  if (line.includes(wanted)) return choose([wanted]);
  if (compareReleases(wanted, newestRelease) > 0) return newest();
  // A patch release that this list does not know reads as the last one that it does.
  return choose(line.slice(-1));
}

function choose(chosen: readonly string[]): ReleaseChoice {
  return { releases: chosen, dialects: dialectsOf(chosen), exact: true, newer: false };
}

function newest(): ReleaseChoice {
  return { releases: [newestRelease], dialects: dialectsOf([newestRelease]), exact: true, newer: true };
}
