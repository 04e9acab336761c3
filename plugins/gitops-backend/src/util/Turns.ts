/** Lets pieces of work that have the same key follow one another. */
export class Turns {
  private readonly last = new Map<string, Promise<void>>();

  /** Does a piece of work when all those before it are over, however they ended. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.last.get(key) ?? Promise.resolve()).then(work);
    const over = turn.then(
      () => {},
      () => {},
    );
    this.last.set(key, over);
    try {
      return await turn;
    } finally {
      if (this.last.get(key) === over) {
        this.last.delete(key);
      }
    }
  }
}
