/** Decides whether the guard may be sent requests, and says why not, in the form of kube-apiserver's own /readyz?verbose. */

export interface Check {
  readonly ok: boolean;
  readonly detail?: string;
  /** True for what is worth showing but does not take the guard out of service. */
  readonly advisory?: boolean;
}

export interface Readiness {
  /** Sets the outcome of a check; its name is made up of lower-case words. */
  set(name: string, check: Check): void;
  isReady(): boolean;
  /** One line per check, then the verdict, as kube-apiserver's (k8s.io/apiserver pkg/server/healthz). */
  describe(): string;
}

/** Makes the state behind /readyz. Checks not set yet are absent: whoever needs one sets it to failing first. */
export function createReadiness(): Readiness {
  const checks = new Map<string, Check>([['ping', { ok: true }]]);
  const isReady = () => [...checks.values()].every(({ ok, advisory }) => ok || advisory === true);
  return {
    set: (name, check) => void checks.set(name, check),
    isReady,
    describe: () => {
      const lines = [...checks].map(([name, check]) => describeCheck(name, check));
      return [...lines, `readyz check ${isReady() ? 'passed' : 'failed'}`, ''].join('\n');
    },
  };
}

function describeCheck(name: string, { ok, detail }: Check): string {
  const suffix = detail === undefined ? '' : `: ${detail.replaceAll(/\s+/g, ' ')}`;
  return `[${ok ? '+' : '-'}]${name} ${ok ? 'ok' : 'failed'}${suffix}`;
}
