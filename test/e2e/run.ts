/** The end-to-end run: real etcd, kube-apiserver, kubectl and kubeadm against the built guard; the last line counts. */

import { check, count, expectNoOtherGolden } from './checks.ts';
import { startCluster } from './cluster.ts';
import { buildBundle, type Guard, startGuard } from './guard.ts';
import { cleanUpAtExit } from './processes.ts';
import { checkBeforehand } from './scenarios/check.ts';
import { writeByClientNode } from './scenarios/client.ts';
import { admitControllers } from './scenarios/controllers.ts';
import { standInNobodysWay } from './scenarios/everything.ts';
import { sendFixtures } from './scenarios/fixtures.ts';
import { letKubeadmWrite } from './scenarios/kubeadm.ts';
import { guardTheMap } from './scenarios/kubelet-config.ts';
import { prepareMetricsServer, refuseTheFlag } from './scenarios/metrics-server.ts';
import { repair } from './scenarios/mutation.ts';
import { liveWithTheOld } from './scenarios/old-violations.ts';
import { readTheAuditLog, readTheMetrics } from './scenarios/operations.ts';
import { decide } from './scenarios/policy.ts';
import { sendVectors } from './scenarios/vectors.ts';
import { liveWithoutTheGuard } from './scenarios/without-the-guard.ts';
import { type Stage, setStage } from './stage.ts';
import { registerValidating } from './webhooks.ts';

type Scenario = (stage: Stage, guard: Guard) => Promise<void>;

const scenarios: readonly (readonly [name: string, scenario: Scenario])[] = [
  ['metrics-server: bringing the flag', refuseTheFlag],
  ['metrics-server: what has it already', liveWithTheOld],
  ['children of controllers', admitControllers],
  ['kubelet-config: kubectl', guardTheMap],
  ['kubelet-config: kubeadm', letKubeadmWrite],
  ['check', checkBeforehand],
  ['a program as client', writeByClientNode],
  ['vectors', sendVectors],
  ['fixtures', sendFixtures],
  ['policy', decide],
  ['mutation', repair],
  ['registered for everything', standInNobodysWay],
  ['audit log', readTheAuditLog],
  ['metrics and logs', readTheMetrics],
  ['without the guard', liveWithoutTheGuard],
];

/** Runs all scenarios. One that throws outside its checks counts as a failure, and the next still runs. */
async function main(): Promise<void> {
  cleanUpAtExit();
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  await buildBundle();
  const cluster = await startCluster();
  const stage = await setStage(cluster);
  const guard = await startGuard(cluster.folder);
  await prepareMetricsServer(stage);
  await registerValidating(cluster, guard.endpoint);
  for (const [name, scenario] of scenarios) {
    process.stdout.write(`# ${name} (${seconds()})\n`);
    try {
      await scenario(stage, guard);
    } catch (error) {
      await check(name, () => {
        throw error;
      });
    }
  }
  await check('every golden file was compared with something', expectNoOtherGolden);
  await cluster.stop();
  process.stdout.write(`# done (${seconds()})\n`);
}

try {
  await main();
} catch (error) {
  await check('the end-to-end run', () => {
    throw error;
  });
}
const { passed, failed } = count();
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
