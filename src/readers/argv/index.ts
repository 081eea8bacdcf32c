/** What the rules use of the arguments reader. */

export type { Element, Origin, Piece } from './element.ts';
export { showElement } from './element.ts';
export { expand } from './expand.ts';
export { type FoundProgram, findProgram } from './find-program.ts';
export { isOtherProgram, otherPrograms } from './other-programs.ts';
export { type ContainerReading, readContainer, type UnrelatedReading } from './read-container.ts';
export { type InsecureFlag, insecureFlags } from './read-dialect.ts';
export type { HeapsterSource } from './read-heapster-source.ts';
export { type ArgvOutcome, type Refusal, readMetricsServerArgv } from './read-metrics-server-argv.ts';
export { isOurPod, type PodIdentity, type Recognition } from './recognise-container.ts';
export { releases } from './releases.ts';
export { parseImage, type ReleaseChoice, releasesOf } from './releases-of.ts';
