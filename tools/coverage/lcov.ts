/** What a coverage report in lcov's format says, added up. Pure. */

/** How much there is of something, and how much of that was run. */
export interface Share {
  readonly all: number;
  readonly run: number;
}

/** What was run of a file. */
export interface FileCoverage {
  readonly path: string;
  readonly lines: Share;
  readonly branches: Share;
}

/** Reads a report. @param root where paths begin, ending in a slash; other files are left out */
export function readLcov(report: string, root: string): FileCoverage[] {
  return report.split("end_of_record\n").flatMap((record) => {
    const path = /^SF:(.*)$/m.exec(record)?.[1];
    if (path === undefined || !path.startsWith(root)) return [];
    const count = (word: string): number =>
      Number(new RegExp(`^${word}:(\\d+)$`, "m").exec(record)?.[1] ?? 0);
    return [{
      path: path.slice(root.length),
      lines: { all: count("LF"), run: count("LH") },
      branches: { all: count("BRF"), run: count("BRH") },
    }];
  });
}

/** Files added up, under a name for them all. */
export function sumOf(path: string, files: readonly FileCoverage[]): FileCoverage {
  const sum = (kind: "lines" | "branches"): Share => ({
    all: files.reduce((total, file) => total + file[kind].all, 0),
    run: files.reduce((total, file) => total + file[kind].run, 0),
  });
  return { path, lines: sum("lines"), branches: sum("branches") };
}

/** A share in percent; of nothing, everything was run. */
export function percentOf({ all, run }: Share): number {
  return all === 0 ? 100 : run / all * 100;
}

/** A row for people: the path, lines and branches in percent. */
export function coverageRow({ path, lines, branches }: FileCoverage): string {
  const shown = (share: Share): string => percentOf(share).toFixed(1).padStart(6);
  return `${path.padEnd(44)}${shown(lines)}  ${shown(branches)}\n`;
}
