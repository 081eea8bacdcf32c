/** What has the insecure flag since before the webhook can be run, changed, cured and ended; it cannot get worse. */

import { check, expect, expectEqual, expectGolden } from '../checks.ts';
import { flag, image, metricsServerRule } from '../manifests.ts';
import { expectClean, expectRefused, expectWarned, type Stage, transcriptOf } from '../stage.ts';
import { deployment, jsonPatch } from './metrics-server.ts';

/** What has the flag already can still be run, changed and ended. */
export async function liveWithTheOld({ kubectl }: Stage): Promise<void> {
  const at = ['-n', 'old'];
  const works: readonly (readonly [string, readonly string[]])[] = [
    ['scale', ['scale', ...deployment, '--replicas=3']],
    [
      'scale by the subresource',
      ['patch', ...deployment, '--subresource=scale', '--type=merge', '-p', '{"spec":{"replicas":2}}'],
    ],
    ['annotate', ['annotate', ...deployment, 'example.com/note=old']],
    ['label', ['label', ...deployment, 'example.com/note=old']],
    [
      'a status patch',
      ['patch', ...deployment, '--subresource=status', '--type=merge', '-p', '{"status":{"replicas":1}}'],
    ],
    ['labelling its pod', ['label', 'pod', 'metrics-server', 'example.com/note=old']],
    ['deleting one that a finalizer holds', ['delete', 'deployment', 'metrics-server-held', '--wait=false']],
    ['annotating what is being deleted', ['annotate', 'deployment', 'metrics-server-held', 'example.com/note=going']],
    [
      'finalizer removal',
      [
        'patch',
        'deployment',
        'metrics-server-held',
        '--type=json',
        '-p',
        '[{"op":"remove","path":"/metadata/finalizers"}]',
      ],
    ],
  ];
  for (const [name, args] of works) {
    await check(`on what has the flag already: ${name}`, async () => {
      expectEqual((await kubectl([...args, ...at])).code, 0, 'exit code');
    });
  }
  await check('after its finalizer it is gone', async () => {
    expect(
      (await kubectl(['get', 'deployment', 'metrics-server-held', ...at])).stderr.includes('NotFound'),
      'it is there',
    );
  });
  await check('a template change that keeps the flag is admitted with a warning', async () => {
    expectWarned(await kubectl(['set', 'env', ...deployment, 'NOTE=1', ...at]), metricsServerRule, 'keep');
  });
  await check('a second violation beside the old one is refused', async () => {
    const container = { name: 'second', image, args: [flag] };
    const patch = JSON.stringify({ spec: { template: { spec: { containers: [container] } } } });
    expectRefused(await kubectl(['patch', ...deployment, '-p', patch, ...at]), metricsServerRule);
  });
  await check('a template change that drops the flag is admitted without a word', async () => {
    const ran = await kubectl([
      'patch',
      ...deployment,
      ...at,
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/spec/template/spec/containers/0/args/1"}]',
    ]);
    expectClean(ran);
    expectGolden('e2e-cure.txt', transcriptOf(ran));
  });
  await check('and it does not come back', async () => {
    expectRefused(await kubectl(['patch', ...deployment, '--type=json', '-p', jsonPatch(), ...at]), metricsServerRule);
  });
  await check('deleting a pod that has the flag works', async () => {
    expectEqual((await kubectl(['delete', 'pod', 'metrics-server', ...at])).code, 0, 'exit code');
  });
}
