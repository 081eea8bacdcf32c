/** Replaces a file as a whole or not at all. */

import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { explainError } from './find-files.ts';

export type Written = { readonly kind: 'written' } | { readonly kind: 'failed'; readonly reason: string };

/**
 * Writes a new file beside the old one and renames it over it, keeping mode and owner; a link stays a link.
 * On any failure the old file is as it was. Refuses where the file is no longer what was read.
 */
export function replaceFile(file: string, before: Uint8Array, after: Uint8Array): Written {
  let temporary: string | undefined;
  try {
    const target = realpathSync(file);
    const stat = statSync(target);
    if (!stat.isFile()) return { kind: 'failed', reason: 'it is no regular file' };
    if (!readFileSync(target).equals(before))
      return { kind: 'failed', reason: 'it was changed while it was being checked; run again' };
    const beside = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
    const handle = openSync(beside, 'wx', stat.mode & 0o777);
    temporary = beside;
    try {
      for (let at = 0; at < after.length; ) at += writeSync(handle, after, at);
      fchmodSync(handle, stat.mode & 0o7777);
      keepOwner(handle, stat);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, target);
    return { kind: 'written' };
  } catch (error) {
    if (temporary !== undefined) removeQuietly(temporary);
    return { kind: 'failed', reason: explainError(error) };
  }
}

/** Only root may give a file away; anybody else's new file is their own, as with every editor. */
function keepOwner(handle: number, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  try {
    fchownSync(handle, uid, gid);
  } catch {
    // See above: no reason to leave the file unrepaired.
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone, or the reason already reported keeps us from removing it.
  }
}
