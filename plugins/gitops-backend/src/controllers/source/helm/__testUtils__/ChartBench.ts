import {
  HelmChart,
  HelmChartSpec,
} from '@backstage-gitops/plugin-gitops-common';
import { Knex } from 'knex';
import { World } from '../../../../__testUtils__/world';
import { Bench } from './Bench';
import { chartArchive, ChartServer, indexOf } from './ChartServer';

/** A portal that makes charts, and a repository that it may have them of. */
export class ChartBench extends Bench {
  private constructor(
    world: World,
    readonly server: ChartServer,
  ) {
    super(world);
  }

  static async start(database: Knex): Promise<ChartBench> {
    const world = await World.start();
    await world.startPortal(database);
    await world.untilKinds(
      'helmrepositories.source.toolkit.fluxcd.io',
      'helmcharts.source.toolkit.fluxcd.io',
      'gitrepositories.source.toolkit.fluxcd.io',
      'buckets.source.toolkit.fluxcd.io',
    );
    return new ChartBench(world, await ChartServer.start());
  }

  async stop(): Promise<void> {
    await this.world.stop();
    await this.server.stop();
  }

  /** The HelmChart of a source with the same name, as a run left it. */
  reconcileChart(
    name: string,
    spec: Partial<HelmChartSpec>,
    kind: HelmChartSpec['sourceRef']['kind'] = 'HelmRepository',
  ): Promise<HelmChart> {
    return this.reconcile<HelmChart>('HelmChart', name, {
      chart: 'web',
      interval: '1h',
      sourceRef: { kind, name },
      ...spec,
    });
  }

  /** Makes a repository with chart `web` in these versions; gives the archives. */
  async publish(
    name: string,
    versions: readonly string[],
    files: Record<string, string> = {},
  ): Promise<Map<string, Buffer>> {
    const archives = new Map<string, Buffer>();
    for (const version of versions) {
      const archive = await chartArchive({ name: 'web', version }, files);
      archives.set(version, archive);
      this.server.put(`/${name}/charts/web-${version}.tgz`, archive);
    }
    this.server.put(
      `/${name}/index.yaml`,
      indexOf(...versions.map(version => ({ name: 'web', version }))),
    );
    await this.reconcile('HelmRepository', name, {
      interval: '1h',
      url: `${this.server.url}/${name}`,
    } as never);
    return archives;
  }
}
