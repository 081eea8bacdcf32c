/** The shape of a parsed YAML document: what is written, before anything is resolved. */

export interface YamlNode {
  readonly kind: 'scalar' | 'mapping' | 'sequence' | 'alias';
  /** Character indexes of the content; properties (anchor, tag) stand before `start`. */
  readonly start: number;
  end: number;
  /** Line of the first character, from 0, counted by YAML 1.1's breaks. */
  readonly line: number;
  /** Resolved tag of a scalar; go-yaml drops the tags of collections. */
  readonly tag: string;
  readonly value: string;
  /** Plain, or tagged with a bare `!`. */
  readonly implicit: boolean;
  readonly children: YamlNode[];
  readonly target: YamlNode | undefined;
}

export const NONE: YamlNode[] = [];

/** What stands where nothing is written: `a:` and `- `. */
export function emptyScalar(at: number, line: number): YamlNode {
  return {
    kind: 'scalar',
    start: at,
    end: at,
    line,
    tag: '',
    value: '',
    implicit: true,
    children: NONE,
    target: undefined,
  };
}
