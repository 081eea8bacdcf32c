/** Makes a local CA and a serving certificate in this folder; flags are those of `kubelet-tls-guard certs`, such as `--name HOST`. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../dist/kubelet-tls-guard.js', import.meta.url));
const folder = fileURLToPath(new URL('.', import.meta.url));
const words = [program, 'certs', '--cert-dir', folder, ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, words, { stdio: 'inherit' }).status ?? 3;
