/** The `check` command: judges manifests and configuration files as the webhook would, before anybody applies them. */

import { writeFileSync } from 'node:fs';
import { explainError } from '../files/index.ts';
import { type Report, renderers, summarise } from '../report/index.ts';
import { rules } from '../rules/index.ts';
import { modes, type Rule } from '../rules/rule.ts';
import { checkFiles, type Run } from './check-files.ts';
import { makePlan, type Plan, type Target } from './check-plan.ts';
import { createProgress } from './check-progress.ts';
import { type Command, exitCodes, type Streams } from './command.ts';
import { configOption } from './config.ts';
import { readVersion } from './version.ts';

/** Makes the command for a list of rules. */
export function defineCheck(known: readonly Rule[], now: () => number = Date.now): Command {
  return {
    name: 'check',
    summary: 'Judge manifests and kubeadm or kubelet configuration files',
    usage: '[FLAG]… FILE|DIR|-…',
    description: [
      'Reads YAML and JSON as kubectl does (streams, Lists, what helm template and kustomize build print), directories with all *.yaml, *.yml and *.json below them, and - for standard input, and judges every object as the webhook would.',
      'Exit codes: 0 no violation (warnings may be there), 1 violations, 2 wrong use or no object of Kubernetes found, 3 something could not be read, judged or written. Where both 1 and 3 apply it is 1: a violation stands, whatever else would have been found.',
      'With --fix, standard input is written to standard output, repaired; with --diff, standard output is the diff. The report then goes to stderr, or to the files that --output names.',
    ],
    options: {
      config: configOption,
      as: {
        type: 'string',
        value: 'MODE',
        description: `Judge as if every rule that is not off had this mode (${modes.join(', ')})`,
      },
      at: {
        type: 'string',
        value: 'TIME',
        description: 'The time by which exemptions are judged, RFC 3339; now if not given',
      },
      namespace: {
        type: 'string',
        short: 'n',
        value: 'NAME',
        default: 'default',
        description: 'The namespace of objects that name none',
      },
      output: {
        type: 'string',
        short: 'o',
        multiple: true,
        value: 'FORM[=FILE]',
        description: `What to print or write, several if repeated: ${renderers.map(({ name, description }) => `${name} (${description})`).join(', ')}; text if not given`,
      },
      fix: { type: 'boolean', description: 'Repair the files, keeping comments and everything else as it is' },
      diff: { type: 'boolean', description: 'Show what --fix would change, and change nothing' },
      'allow-empty': { type: 'boolean', description: 'Finding no object of Kubernetes is no error' },
    },
    examples: [
      'kubelet-tls-guard check deploy/',
      'helm template metrics-server metrics-server/metrics-server -n kube-system | kubelet-tls-guard check -n kube-system -',
      'kubelet-tls-guard check --output text --output sarif=results.sarif .',
      'kubelet-tls-guard check --diff kubeadm.yaml',
    ],
    positionals: true,
    async run(values, positionals, streams) {
      const plan = await makePlan(values, positionals, known, now());
      if (plan.kind === 'wrong') {
        streams.stderr.write(`kubelet-tls-guard check: ${plan.message}\n`);
        return exitCodes.wrongUse;
      }
      const progress = createProgress(streams.stderr, now);
      const run = await checkFiles(positionals, plan.options, () => readAll(streams.stdin), progress.show);
      progress.clear();
      return finish(plan, run, streams, known, positionals);
    },
  };
}

export const check: Command = defineCheck(rules);

async function readAll(stream: NodeJS.ReadableStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

function toReport(plan: Plan, run: Run, known: readonly Rule[]): Report {
  const { policy } = plan.options;
  return {
    tool: { name: 'kubelet-tls-guard', version: readVersion() },
    at: new Date(plan.at).toISOString(),
    rehearsal: policy.rehearsal,
    rules: known,
    rows: run.rows,
    unjudged: run.unjudged,
    otherKinds: [...run.otherKinds.values()].sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1)),
    changes: run.changes,
    notes: [...run.notes, ...plan.notes],
    counts: { files: run.files, objects: run.objects, judged: run.judged },
  };
}

function finish(plan: Plan, run: Run, streams: Streams, known: readonly Rule[], paths: readonly string[]): number {
  const report = toReport(plan, run, known);
  const summary = summarise(report);
  const ownsStdout = plan.options.repairs === 'show' || (plan.options.repairs === 'write' && paths.includes('-'));
  for (const text of run.output) streams.stdout.write(text);
  const targets: readonly Target[] =
    plan.targets.length > 0 ? plan.targets : renderers.slice(0, 1).map((renderer) => ({ renderer }));
  let complete = summary.complete;
  for (const { renderer, file } of targets) {
    if (file === undefined) {
      const stream = ownsStdout ? streams.stderr : streams.stdout;
      stream.write(
        renderer.render(report, { color: wantsColor(streams, stream), width: streams.stdout.columns ?? 100 }),
      );
    } else complete = writeReport(file, renderer.render(report, { color: false, width: 100 }), streams) && complete;
  }
  if (summary.violations > 0) return exitCodes.violations;
  if (!complete) return exitCodes.couldNotFinish;
  if (summary.objects > 0 || plan.allowEmpty) return exitCodes.clean;
  const looked = run.files === 0 ? 'there is no *.yaml, *.yml or *.json file' : 'no object of Kubernetes was found';
  streams.stderr.write(`kubelet-tls-guard check: nothing to check: ${looked} (--allow-empty makes this no error)\n`);
  return exitCodes.wrongUse;
}

function writeReport(file: string, text: string, { stderr }: Streams): boolean {
  try {
    writeFileSync(file, text);
    return true;
  } catch (error) {
    stderr.write(`kubelet-tls-guard check: ${file}: the report cannot be written: ${explainError(error)}\n`);
    return false;
  }
}

/** Colour only on a terminal, unless the user says otherwise (no-color.org; FORCE_COLOR as Node's own tty reads it). */
function wantsColor({ env }: Streams, stream: { readonly isTTY?: boolean }): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
