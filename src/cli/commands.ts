/** The list of commands. Each is loaded only when it runs, so that `--help` answers at once. */

import type { Command } from './command.ts';

export interface CommandEntry {
  readonly name: string;
  /** The command's own summary, repeated here because the list is shown without loading any. */
  readonly summary: string;
  load(): Promise<Command>;
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'serve',
    summary: 'Serve the admission webhook over HTTPS',
    load: async () => (await import('./serve.ts')).serve,
  },
  {
    name: 'check',
    summary: 'Judge manifests and kubeadm or kubelet configuration files',
    load: async () => (await import('./check.ts')).check,
  },
  {
    name: 'check',
    summary: 'Judge manifests and kubeadm or kubelet configuration files',
    load: async () => (await import('./check.ts')).check,
  },
  {
    name: 'certs',
    summary: 'Make a local CA and a serving certificate, or renew them',
    load: async () => (await import('./certs.ts')).certs,
  },
  {
    name: 'config',
    summary: 'Show the policy in force, defaults included',
    load: async () => (await import('./config.ts')).config,
  },
];
