/** Decides what a heapster-era `--source` (metrics-server v0.1 and v0.2) says about TLS to the kubelets. */

import type { Element } from './element.ts';
import { parseBool } from './go-values.ts';

/**
 * The source as given, and how the kubelets are then read: over plain HTTP (the default of those releases), over HTTPS without
 * verification, verified, or unknown where the URL has a variable. `index` is the element's.
 */
export type HeapsterSource = {
  readonly source: string;
  readonly kubelets: 'plaintext' | 'unverified' | 'verified' | 'unknown';
  readonly index: number;
};

/**
 * Finds the last `--source=kubernetes:URL` or `--source kubernetes.summary_api:URL`. Without `kubeletHttps=true` the kubelet is
 * read over HTTP; `insecure=true` turns verification off (metrics-server v0.2.1 common/kubernetes/configs.go,
 * metrics/sources/kubelet/configs.go). Only the first value of each key counts.
 */
export function readHeapsterSource(elements: readonly Element[]): HeapsterSource | undefined {
  for (let index = elements.length - 1; index >= 0; index--) {
    const element = elements[index];
    const lead = element?.pieces[0];
    if (element === undefined || typeof lead !== 'string' || !lead.startsWith('--source')) continue;
    const separate = element.text === '--source';
    if (!separate && !lead.startsWith('--source=')) continue;
    const value = separate ? elements[index + 1] : element;
    const start = separate ? 0 : '--source='.length;
    const text = value?.text?.slice(start);
    const shown =
      text ??
      (value?.pieces ?? [])
        .map((piece) => (typeof piece === 'string' ? piece : '$(…)'))
        .join('')
        .slice(start);
    if (!/^kubernetes(?:\.summary_api)?(?::|$)/.test(shown)) continue;
    return { source: shown, kubelets: readUrl(text), index };
  }
  return undefined;
}

function readUrl(source: string | undefined): HeapsterSource['kubelets'] {
  // os.ExpandEnv is applied to the URL.
  if (source === undefined || source.includes('$')) return 'unknown';
  const mark = source.indexOf('?');
  const keys = new URLSearchParams(mark < 0 ? '' : source.slice(mark + 1).replace(/'$/, ''));
  const on = (key: string) => {
    const parsed = parseBool(keys.get(key) ?? 'false');
    return parsed.error === undefined && parsed.value;
  };
  if (!on('kubeletHttps')) return 'plaintext';
  return on('insecure') ? 'unverified' : 'verified';
}
