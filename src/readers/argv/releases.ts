/** The releases of metrics-server that the guard judges by. */

/** Every tag, oldest first. */
export const releases: readonly string[] = [
  ...['v0.3.0', 'v0.3.1', 'v0.3.2', 'v0.3.3', 'v0.3.4', 'v0.3.5', 'v0.3.6', 'v0.3.7'],
  ...['v0.4.0', 'v0.4.1', 'v0.4.2', 'v0.4.3', 'v0.4.4', 'v0.4.5'],
  ...['v0.5.0', 'v0.5.1', 'v0.5.2'],
  ...['v0.6.0', 'v0.6.1', 'v0.6.2', 'v0.6.3', 'v0.6.4'],
  ...['v0.7.0', 'v0.7.1', 'v0.7.2'],
  ...['v0.8.0', 'v0.8.1', 'v0.9.0'],
];

/** The newest release whose flags are known. */
export const newestRelease = 'v0.9.0';

/** Orders two `vX.Y.Z`. */
export function compareReleases(a: string, b: string): number {
  const left = numbersOf(a);
  const right = numbersOf(b);
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(release: string): readonly number[] {
  return release.slice(1).split('.').map(Number);
}
