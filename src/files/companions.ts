/** Decides which objects of a file are judged with each other in view. */

import { groupKindOf, isObject, type JsonObject } from '../kube/index.ts';
import { type BrokenDocument, isTyped, type ReadDocument, readDocuments } from './read-documents.ts';

/** kubeadm reads the documents of these groups of one file together (k8s.io/kubernetes cmd/kubeadm/app/util/config). */
export const readTogether: ReadonlySet<string> = new Set(['kubeadm.k8s.io', 'kubelet.config.k8s.io']);

/** Reads everything at once only where documents of one file are judged with each other in view. */
export function readCompanions(
  text: string,
):
  | { readonly documents: readonly (ReadDocument | BrokenDocument)[]; readonly companions: readonly JsonObject[] }
  | undefined {
  if (!/kubeadm\.k8s\.io|kubelet\.config\.k8s\.io/.test(text)) return undefined;
  const documents = [...readDocuments(text)];
  const companions: JsonObject[] = [];
  for (const document of documents) {
    if (document.kind === 'broken') continue;
    const { root } = document;
    if (isObject(root) && isTyped(root) && readTogether.has(groupKindOf(root).group)) companions.push(root);
  }
  return { documents, companions };
}
