/** Makes dist/kubelet-tls-guard.js: one file that runs on Node alone, the same bytes from the same sources. */

import { chmodSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version, engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const outfile = `${root}dist/kubelet-tls-guard.js`;

/** Packages that are CommonJS expect these; a module has none of them. */
const banner = `#!/usr/bin/env node
import { createRequire as __createRequire } from 'node:module';
import { fileURLToPath as __fileURLToPath } from 'node:url';
const require = __createRequire(import.meta.url);
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __fileURLToPath(new URL('.', import.meta.url));`;

await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: `node${/\d+/.exec(engines.node)}`,
  charset: 'utf8',
  legalComments: 'eof',
  // The package's build for Node prints its tokens to stdout when LOG_STREAM is set; the one for browsers reads no environment.
  alias: { yaml: `${root}node_modules/yaml/browser/index.js` },
  banner: { js: banner },
  define: { KUBELET_TLS_GUARD_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
});
chmodSync(outfile, 0o755);
