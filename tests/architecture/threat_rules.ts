/** The threat table of SECURITY.md: every row names tests that are there. Pure. */

/** A row of the table, as far as its tests go. */
export interface ThreatRow {
  /** What is threatened. */
  readonly threat: string;
  /** Files and folders, from the root of the project. */
  readonly files: readonly string[];
  /** Words that stand in one of the files, as the row quotes them. */
  readonly quoted: readonly string[];
}

/** Reads the rows. A file without a folder is in that of the one before it. */
export function threatRows(text: string): ThreatRow[] {
  const lines = text.split("\n");
  const head = lines.findIndex((line) => /^\|\s*threat\s*\|/.test(line));
  if (head < 0) return [];
  const end = lines.findIndex((line, at) => at > head && !line.startsWith("|"));
  return lines.slice(head + 2, end < 0 ? undefined : end).map((line) => {
    const [, threat = "", , tests = ""] = line.split("|");
    let folder = "";
    const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => {
      const path = name.includes("/") ? name : folder + name;
      folder = path.slice(0, path.lastIndexOf("/") + 1);
      return path;
    });
    const quoted = [...tests.matchAll(/"([^"]+)"/g)].map(([, words = ""]) => words);
    return { threat: threat.trim(), files, quoted };
  });
}

/**
 * What is wrong with a row.
 *
 * @param textOf the text of a file, of a folder any; `undefined` for one that is not there
 */
export function brokenThreat(
  { threat, files, quoted }: ThreatRow,
  textOf: (path: string) => string | undefined,
): string[] {
  const missing = files.filter((file) => textOf(file) === undefined);
  const untold = quoted.filter((words) => !files.some((file) => textOf(file)?.includes(words)));
  return [
    ...(files.length === 0 ? [`"${threat}" has no test`] : []),
    ...missing.map((file) => `"${threat}" names ${file}, which is not there`),
    ...untold.map((words) => `"${threat}" quotes "${words}", which none of its tests says`),
  ];
}
