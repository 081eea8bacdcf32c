/** Decides which files a command line names: files as they are, directories with everything below them. */

import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

export type FoundFile =
  /** `explicit`: named on the command line rather than found in a directory. `-` is standard input. */
  | { readonly kind: 'file'; readonly file: string; readonly explicit: boolean }
  | { readonly kind: 'unreadable'; readonly file: string; readonly reason: string };

/** What Kubernetes manifests are called (k8s.io/cli-runtime pkg/resource FileExtensions). */
const extensions = /\.(ya?ml|json)$/i;
/** Neither holds anything that is the user's own. */
const skipped: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** Lists the files in the order of the command line, and below a directory by name; each file once, however links lead to it. */
export function* findFiles(paths: readonly string[]): Generator<FoundFile> {
  const seen = new Set<string>();
  for (const path of paths) {
    if (path === '-') yield { kind: 'file', file: path, explicit: true };
    else yield* findBelow(path, seen);
  }
}

interface Pending {
  readonly path: string;
  readonly explicit: boolean;
}

function* findBelow(path: string, seen: Set<string>): Generator<FoundFile> {
  const pending: Pending[] = [{ path, explicit: true }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const looked = lookAt(next.path);
    if (looked.kind === 'failed') {
      if (next.explicit || extensions.test(next.path))
        yield { kind: 'unreadable', file: next.path, reason: looked.reason };
      continue;
    }
    if (looked.kind === 'file') {
      if ((!next.explicit && !extensions.test(next.path)) || seen.has(looked.real)) continue;
      seen.add(looked.real);
      yield { kind: 'file', file: next.path, explicit: next.explicit };
    } else if (looked.kind === 'directory' && !seen.has(looked.real)) {
      seen.add(looked.real);
      const names = listNames(next.path);
      if (names.kind === 'failed') yield { kind: 'unreadable', file: next.path, reason: names.reason };
      else for (const name of names.names.toReversed()) pending.push({ path: join(next.path, name), explicit: false });
    } else if (next.explicit && looked.kind === 'other') yield { kind: 'file', file: next.path, explicit: true };
  }
}

type Looked =
  | { readonly kind: 'file' | 'directory' | 'other'; readonly real: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Follows links. A pipe or device is read only where it is named (process substitution gives such names). */
function lookAt(path: string): Looked {
  try {
    const stat = statSync(path);
    if (!stat.isFile() && !stat.isDirectory()) return { kind: 'other', real: path };
    return { kind: stat.isFile() ? 'file' : 'directory', real: realpathSync(path) };
  } catch (error) {
    return { kind: 'failed', reason: explainError(error) };
  }
}

type Names =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'failed'; readonly reason: string };

function listNames(path: string): Names {
  try {
    const names = readdirSync(path).filter((name) => !skipped.has(name));
    return { kind: 'names', names: names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)) };
  } catch (error) {
    return { kind: 'failed', reason: explainError(error) };
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than this process may write',
  ELOOP: 'a symbolic link that leads to itself',
  EISDIR: 'a directory',
  EMFILE: 'too many open files',
  EIO: 'input/output error',
};

/** Says in words what the operating system refused. */
export function explainError(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}
