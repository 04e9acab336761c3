import { Home } from './Home';

/** The homes of this portal, by name. */
export class Homes {
  private readonly byName: ReadonlyMap<string, Home>;

  constructor(homes: readonly Home[]) {
    this.byName = new Map(homes.map(home => [home.name, home]));
  }

  find(name: string): Home | undefined {
    return this.byName.get(name);
  }

  list(): Home[] {
    return [...this.byName.values()];
  }
}
