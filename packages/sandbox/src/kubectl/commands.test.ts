import { describeKubectl } from '../testing/kubectl';

jest.setTimeout(60_000);

const CONFIG_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one', namespace: 'default', labels: { tier: 'front' } },
  data: { a: '1' },
};

describeKubectl('commands', sandbox => {
  const ok = (line: string, input?: object) => sandbox().ok(line, input);
  const fails = (line: string, input?: object) => sandbox().fails(line, input);
  const data = async (name: string) =>
    JSON.parse(await ok(`get configmap ${name} -o jsonpath={.data}`));

  beforeAll(async () => {
    await ok('create namespace other');
    await ok('apply -f -', CONFIG_MAP);
    await ok('create configmap two --from-literal=a=2 -n other');
  });

  it('get: outputs, selectors, sorting', async () => {
    expect(await ok('get configmap one -o name')).toBe('configmap/one\n');
    expect(await ok('get configmap one --show-labels --no-headers')).toMatch(
      /^one +1 +\d+s +tier=front\n$/,
    );
    expect(
      await ok(
        'get configmaps -l tier=front -o custom-columns=N:.metadata.name,A:.data.a',
      ),
    ).toBe('N     A\none   1\n');
    expect(
      await ok(
        'get configmaps -A --field-selector=metadata.name=two -o jsonpath={.items[*].metadata.namespace}',
      ),
    ).toBe('other');
    expect(
      await ok(
        'get namespaces --sort-by=.metadata.name -o jsonpath={.items[0].metadata.name}',
      ),
    ).toBe('default');
    expect(await ok('get configmap one -o yaml')).toContain(
      'data:\n  a: "1"\nkind: ConfigMap\n',
    );
    expect(await fails('get configmap none')).toBe(
      'Error from server (NotFound): configmaps "none" not found\n',
    );
    expect(await fails('get nonsense')).toBe(
      'error: the server doesn\'t have a resource type "nonsense"\n',
    );
  });

  it('diff, replace, edit, apply with last-applied', async () => {
    const changed = { ...CONFIG_MAP, data: { a: '9' } };
    const diff = await sandbox().run(['diff', '-f', '-'], changed);
    expect(diff.code).toBe(1);
    expect(diff.stdout).toContain('-  a: "1"\n+  a: "9"\n');
    expect((await sandbox().run(['diff', '-f', '-'], CONFIG_MAP)).code).toBe(0);
    expect(await ok('replace -f -', changed)).toBe('configmap/one replaced\n');
    const editor = sandbox().file(
      'editor',
      '#!/bin/sh\nsed -i "s/a: .9./a: edited/" "$1"\n',
      0o700,
    );
    const edited = await sandbox().run(
      ['edit', 'configmap', 'one'],
      undefined,
      { KUBE_EDITOR: editor },
    );
    expect(edited.stdout).toBe('configmap/one edited\n');
    expect(await data('one')).toEqual({ a: 'edited' });
    expect(await ok('apply -f -', CONFIG_MAP)).toBe(
      'configmap/one configured\n',
    );
    expect(await ok('apply view-last-applied configmap one -o json')).toContain(
      '"a": "1"',
    );
  });

  it('patch in all languages', async () => {
    const patch = (type: string, body: unknown) =>
      ok(`patch configmap one --type=${type} -p ${JSON.stringify(body)}`);
    expect(await patch('merge', { data: { b: '2' } })).toBe(
      'configmap/one patched\n',
    );
    await patch('json', [{ op: 'replace', path: '/data/b', value: '3' }]);
    await patch('strategic', { data: { c: '4' } });
    expect(await data('one')).toEqual({ a: '1', b: '3', c: '4' });
    expect(await patch('merge', { data: { b: '3' } })).toBe(
      'configmap/one patched (no change)\n',
    );
  });

  it('label and annotate', async () => {
    expect(await ok('label configmap one x=y')).toBe('configmap/one labeled\n');
    expect(await fails('label configmap one x=z')).toContain(
      "'x' already has a value (y), and --overwrite is false",
    );
    expect(await ok('label configmap one x-')).toBe(
      'configmap/one unlabeled\n',
    );
    expect(await ok('annotate configmap one note=n')).toBe(
      'configmap/one annotated\n',
    );
  });

  it('api-resources and api-versions', async () => {
    expect(
      await ok('api-resources --api-group=apps --no-headers -o name'),
    ).toBe(
      'controllerrevisions.apps\ndaemonsets.apps\ndeployments.apps\nreplicasets.apps\nstatefulsets.apps\n',
    );
    const versions = (await ok('api-versions')).split('\n');
    expect(versions).toEqual(expect.arrayContaining(['apps/v1', 'v1']));
  });

  it('auth: who one is and what one may', async () => {
    expect(
      await ok('auth whoami -o jsonpath={.status.userInfo.username}'),
    ).toBe('kubernetes-admin');
    await ok('create role reader --verb=get,list --resource=configmaps');
    await ok('create rolebinding jane --role=reader --user=jane');
    expect(await ok('auth can-i list configmaps --as=jane')).toBe('yes\n');
    expect(
      (await sandbox().run('auth can-i delete configmaps --as=jane'.split(' ')))
        .stdout,
    ).toBe('no\n');
    expect(await ok('auth can-i --list --as=jane')).toMatch(
      /configmaps +\[\] +\[\] +\[get list\]/,
    );
    expect(await ok('get configmaps --as=jane -o name')).toContain(
      'configmap/one',
    );
    expect(await fails('get secrets --as=jane')).toBe(
      'Error from server (Forbidden): secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "default"\n',
    );
  });

  it('wait, delete and their failures', async () => {
    await ok('create configmap brief --from-literal=a=1');
    const gone = ok('wait configmap/brief --for=delete');
    await ok('delete configmap brief');
    await gone;
    expect(
      await fails('wait configmap/one --for=jsonpath={.data.a}=0 --timeout=1s'),
    ).toBe('error: timed out waiting for the condition on configmaps/one\n');
    expect(await ok('delete configmap brief --ignore-not-found')).toBe('');
    expect(await ok('delete configmap one --dry-run=client')).toBe(
      'configmap "one" deleted (dry run)\n',
    );
  });

  it('apply --prune deletes what is left out', async () => {
    const item = (name: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'other', labels: { set: 'p' } },
    });
    await sandbox().apply(item('p1'), item('p2'));
    expect(
      await ok(
        'apply -f - --prune -l set=p -n other --prune-allowlist=core/v1/ConfigMap',
        item('p1'),
      ),
    ).toBe('configmap/p1 unchanged\nconfigmap/p2 pruned\n');
  });
});
