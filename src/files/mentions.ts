/** Finds the lines of an unjudged text that speak of what the rules are about, so that nobody takes silence for approval. */

/** The flag unless it is switched off, and the setting where it is. */
const watched =
  /kubelet-insecure-tls(?!["']?\s*[=:]\s*["']?(?:false|0|f)\b)|serverTLSBootstrap["']?\s*:\s*["']?(?:false|no|off)\b/gi;

export interface Mention {
  readonly word: string;
  /** Line in the text, from 1. */
  readonly line: number;
}

/** Mentions outside of comments, at most `limit` of them. */
export function findMentions(text: string, limit = 10): readonly Mention[] {
  if (!/kubelet-insecure-tls|serverTLSBootstrap/i.test(text)) return [];
  const mentions: Mention[] = [];
  let line = 1;
  let counted = 0;
  let tried = 0;
  for (const match of text.matchAll(watched)) {
    // A text of nothing else must not cost more than a look at its beginning.
    if (++tried > 1000) break;
    const lineStart = text.lastIndexOf('\n', match.index) + 1;
    if (text.slice(lineStart, match.index).trimStart().startsWith('#')) continue;
    for (let at = text.indexOf('\n', counted); at >= 0 && at < match.index; at = text.indexOf('\n', at + 1)) {
      line++;
      counted = at + 1;
    }
    mentions.push({ word: match[0].startsWith('kubelet') ? '--kubelet-insecure-tls' : 'serverTLSBootstrap', line });
    if (mentions.length === limit) break;
  }
  return mentions;
}
