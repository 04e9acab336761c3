/** Files are parsed again and again; each line is worth saying once. */
export class RecentLines {
  private readonly lines = new Set<string>();

  isNew(line: string): boolean {
    if (this.lines.has(line)) {
      return false;
    }
    if (this.lines.size >= 1_000) {
      this.lines.clear();
    }
    this.lines.add(line);
    return true;
  }
}
