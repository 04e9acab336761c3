import { describeKubectl } from '../testing/kubectl';
import { job, pod, workload } from '../testing/workloads';

jest.setTimeout(60_000);

const HEALTH = 'backstage-gitops.io/sandbox-health';

describeKubectl('with workloads', sandbox => {
  const ok = (line: string, input?: object) => sandbox().ok(line, input);
  const fails = (line: string, input?: object) => sandbox().fails(line, input);

  /** Columns apart by one blank each, without the age. */
  const table = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map(line => line.trim().split(/ {2,}/).join(' | '));

  it('follows roll-outs: status, history, undo, restart, pause, resume', async () => {
    expect(
      await ok('create deployment web --image=nginx:1 --replicas=2 --port=80'),
    ).toBe('deployment.apps/web created\n');
    expect(await ok('rollout status deployment/web')).toContain(
      'deployment "web" successfully rolled out\n',
    );
    await ok('set image deployment/web nginx=nginx:2');
    await ok('rollout status deployment/web');
    await ok('annotate deployment/web kubernetes.io/change-cause=second');
    expect(await ok('rollout history deployment/web')).toBe(
      'deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         second\n\n',
    );
    expect(await ok('rollout history deployment/web --revision=1')).toContain(
      'Image:\tnginx:1',
    );
    expect(await ok('rollout undo deployment/web')).toBe(
      'deployment.apps/web rolled back\n',
    );
    await ok('rollout status deployment/web');
    expect(
      await ok(
        'get deployment web -o jsonpath={.spec.template.spec.containers[0].image}',
      ),
    ).toBe('nginx:1');
    expect(await ok('rollout restart deployment/web')).toBe(
      'deployment.apps/web restarted\n',
    );
    await ok('rollout status deployment/web');
    expect(await ok('rollout pause deployment/web')).toBe(
      'deployment.apps/web paused\n',
    );
    await ok('set image deployment/web nginx=nginx:3');
    await ok(
      'wait deployment/web --for=jsonpath={.status.observedGeneration}=6',
    );
    expect(await ok('get replicasets -o name')).not.toContain('nginx:3');
    expect(await ok('rollout resume deployment/web')).toBe(
      'deployment.apps/web resumed\n',
    );
    await ok('rollout status deployment/web');
    const described = await ok('describe deployment web');
    expect(described).toContain(
      'Replicas:               2 desired | 2 updated | 2 total | 2 available | 0 unavailable',
    );
    expect(described).toMatch(
      /Normal +ScalingReplicaSet +\S+ +deployment-controller +Scaled up replica set web-\w+ from 0 to 2/,
    );
    expect(await ok('scale deployment/web --replicas=3')).toBe(
      'deployment.apps/web scaled\n',
    );
    await ok('wait deployment/web --for=jsonpath={.status.readyReplicas}=3');
    expect(table(await ok('get deployment web -o wide'))).toEqual([
      'NAME | READY | UP-TO-DATE | AVAILABLE | AGE | CONTAINERS | IMAGES | SELECTOR',
      expect.stringMatching(
        /^web \| 3\/3 \| 3 \| 3 \| \d+s \| nginx \| nginx:3 \| app=web$/,
      ),
    ]);
    await ok('delete deployment web');
    await ok('wait pod -l app=web --for=delete');
  });

  it('says that a roll-out failed', async () => {
    await sandbox().apply(
      workload('Deployment', 'bad', { annotations: { [HEALTH]: 'failed' } }),
    );
    expect(await fails('rollout status deployment/bad')).toContain(
      'error: deployment "bad" exceeded its progress deadline',
    );
    await ok('delete deployment bad');
  });

  it('shows why pods do not run, and their logs', async () => {
    await sandbox().apply(
      pod('fine', { labels: { set: 'logs' } }),
      pod('missing', { image: 'app:does-not-exist' }),
      pod('crash', { annotations: { [HEALTH]: 'crash-loop' } }),
      pod('done', { spec: { restartPolicy: 'Never' } }),
    );
    await ok('wait pod/fine --for=condition=Ready');
    await ok('wait pod/done --for=jsonpath={.status.phase}=Succeeded');
    await ok(
      'wait pod/missing --for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=ImagePullBackOff',
    );
    await ok(
      'wait pod/crash --for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=CrashLoopBackOff',
    );
    expect(
      table(await ok('get pods --no-headers')).map(line =>
        line.split(' | ').slice(0, 3).join(' '),
      ),
    ).toEqual([
      'crash 0/1 CrashLoopBackOff',
      'done 0/1 Completed',
      'fine 1/1 Running',
      'missing 0/1 ImagePullBackOff',
    ]);
    expect(await ok('get pods crash')).toMatch(/ 1 \(\d+s ago\) /);
    expect(await ok('logs fine')).toBe('starting app (image app:1)\n');
    expect(await ok('logs fine --timestamps --tail=1')).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z starting app \(image app:1\)\n$/,
    );
    expect(await ok('logs -l set=logs --prefix')).toBe(
      '[pod/fine/app] starting app (image app:1)\n',
    );
    expect(await ok('logs crash --previous')).toContain(
      'exiting with code 1\n',
    );
    expect(await ok('logs done -f')).toBe('starting app (image app:1)\ndone\n');
    expect(await fails('logs missing')).toBe(
      'Error from server (BadRequest): container "app" in pod "missing" is waiting to start: trying and failing to pull image\n',
    );
    expect(await fails('logs fine --previous')).toBe(
      'Error from server (BadRequest): previous terminated container "app" in pod "fine" not found\n',
    );
    expect(await fails('logs fine -c other')).toContain(
      'container other is not valid for pod fine',
    );
    const described = await ok('describe pod missing');
    expect(described).toMatch(
      /Warning +Failed +\S+ +kubelet +Failed to pull image "app:does-not-exist"/,
    );
    expect(described).toMatch(/Reason: +ImagePullBackOff/);
  });

  it('follows a log until the pod is gone', async () => {
    await ok('run talker --image=app:1');
    await ok('wait pod/talker --for=condition=Ready');
    sandbox().api.requests.clear();
    const following = ok('logs talker -f');
    while (
      sandbox().api.requests.list(({ subresource }) => subresource === 'log')
        .length === 0
    ) {
      await new Promise(resolve => setImmediate(resolve));
    }
    await ok('delete pod talker');
    expect(await following).toBe('starting talker (image app:1)\n');
  });

  it('waits for Jobs', async () => {
    await sandbox().apply(
      job('good'),
      job('bad', { backoffLimit: 1 }, { [HEALTH]: 'failed' }),
    );
    expect(await ok('wait job/good --for=condition=complete')).toBe(
      'job.batch/good condition met\n',
    );
    expect(await ok('wait job/bad --for=condition=failed')).toBe(
      'job.batch/bad condition met\n',
    );
    expect(await ok('logs job/good')).toBe(
      'starting app (image app:1)\ndone\n',
    );
    expect(table(await ok('get jobs --no-headers'))).toEqual([
      expect.stringMatching(/^bad \| Failed \| 0\/1 \| /),
      expect.stringMatching(/^good \| Complete \| 1\/1 \| /),
    ]);
    await ok('create cronjob tick --image=app:1 --schedule=@yearly');
    await ok('create job now --from=cronjob/tick');
    await ok('wait job/now --for=condition=complete');
    expect(await ok('delete jobs,cronjobs --all')).toContain(
      'cronjob.batch "tick" deleted',
    );
  });

  it('rolls out StatefulSets and DaemonSets, with claims', async () => {
    await sandbox().apply(
      workload('StatefulSet', 'db', {
        spec: {
          replicas: 2,
          serviceName: 'db',
          volumeClaimTemplates: [
            {
              metadata: { name: 'data' },
              spec: {
                accessModes: ['ReadWriteOnce'],
                resources: { requests: { storage: '1Gi' } },
              },
            },
          ],
        },
      }),
      workload('DaemonSet', 'agent'),
    );
    expect(await ok('rollout status statefulset/db')).toContain(
      'partitioned roll out complete: 2 new pods have been updated...',
    );
    expect(await ok('rollout status daemonset/agent')).toContain(
      'daemon set "agent" successfully rolled out',
    );
    expect(
      table(await ok('get pvc --no-headers')).map(line =>
        line
          .split(' | ')
          .filter(word => !word.startsWith('pvc-'))
          .slice(0, 5),
      ),
    ).toEqual([
      ['data-db-0', 'Bound', '1Gi', 'RWO', 'standard'],
      ['data-db-1', 'Bound', '1Gi', 'RWO', 'standard'],
    ]);
    await ok('set image statefulset/db app=app:2');
    await ok('rollout status statefulset/db');
    expect(await ok('rollout undo statefulset/db')).toBe(
      'statefulset.apps/db rolled back\n',
    );
    await ok('rollout status statefulset/db');
    expect(await ok('rollout history statefulset/db')).toBe(
      'statefulset.apps/db \nREVISION  CHANGE-CAUSE\n2         <none>\n3         <none>\n\n',
    );
    await ok('delete statefulset db');
    await ok('delete daemonset agent');
  });

  it('exposes workloads', async () => {
    await ok('create deployment front --image=nginx:1 --port=80');
    expect(
      await ok(
        'expose deployment front --type=LoadBalancer --port=8080 --target-port=80',
      ),
    ).toBe('service/front exposed\n');
    await ok('rollout status deployment/front');
    await ok(
      'wait service/front --for=jsonpath={.status.loadBalancer.ingress[0].ip}=127.0.0.1',
    );
    await ok(
      'wait endpoints/front --for=jsonpath={.subsets[0].ports[0].port}=80',
    );
    expect(await ok('describe service front')).toMatch(
      /Endpoints: +10\.244\.\d+\.\d+:80\n/,
    );
    await ok('autoscale deployment front --min=2 --max=4');
    await ok('wait deployment/front --for=jsonpath={.status.readyReplicas}=2');
    expect(await ok('get all -o name')).toContain(
      'horizontalpodautoscaler.autoscaling/front',
    );
    await ok('delete deployment,service,hpa front');
  });

  it.each(['background', 'foreground'])(
    'deletes with --cascade=%s',
    async cascade => {
      await ok('create deployment gone --image=nginx:1');
      await ok('rollout status deployment/gone');
      expect(await ok('delete deployment gone --dry-run=server')).toBe(
        'deployment.apps "gone" deleted (server dry run)\n',
      );
      await ok(`delete deployment gone --cascade=${cascade}`);
      await ok('wait pod -l app=gone --for=delete');
    },
  );

  it('leaves pods behind with --cascade=orphan', async () => {
    await ok('create deployment left --image=nginx:1');
    await ok('rollout status deployment/left');
    await ok('delete deployment left --cascade=orphan');
    expect(await ok('get replicasets,pods -l app=left -o name')).toMatch(
      /^replicaset\.apps\/left-\w+\npod\/left-\w+-\w+\n$/,
    );
    await ok('delete replicasets -l app=left');
    await ok('wait pod -l app=left --for=delete');
  });

  it('has one node', async () => {
    expect(table(await ok('get nodes'))).toEqual([
      'NAME | STATUS | ROLES | AGE | VERSION',
      expect.stringMatching(
        /^sandbox \| Ready \| <none> \| \d+s \| v1\.34\.\d+$/,
      ),
    ]);
    expect(await ok('describe node sandbox')).toContain('KubeletReady');
  });
});
