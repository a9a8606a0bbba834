/**
 * The maintenance commands as programs: from options to what is printed and the exit code. What
 * changes something takes the same lock as servers do; all may be used while servers run.
 */

import type { MaintenanceCommand, MaintenanceOptions } from "../config/maintenance_options.ts";
import { OperationalError } from "../core/errors.ts";
import { createStderrLog } from "../observe/log.ts";
import { DamagedFileError } from "../storage/damage.ts";
import { type Disk, READING_DISK, SYSTEM_DISK } from "../storage/disk.ts";
import {
  exportUsers,
  importUsers,
  readOlderLayout,
  type Skipped,
} from "../storage/older_layout.ts";
import { lockDirectory, openStore } from "../storage/open_store.ts";
import {
  checkDirectory,
  type CheckReport,
  repairDirectory,
  requireTextFiles,
} from "../storage/repair.ts";
import { salvage, type Salvaged } from "../storage/salvage.ts";

/** What a command printed and how it ended. */
export interface MaintenanceResult {
  /** For stdout, a line each. */
  readonly lines: readonly string[];
  readonly exitCode: number;
}

/**
 * Runs a maintenance command.
 *
 * @throws OperationalError when the directory cannot be used
 */
export async function maintain(
  command: MaintenanceCommand,
  options: MaintenanceOptions,
): Promise<MaintenanceResult> {
  switch (command) {
    case "check":
      return await check(options.directory);
    case "repair":
      return await repair(options.directory);
    case "import":
      return await importInto(options.directory, options.other ?? options.directory, options);
    case "export":
      return await exportFrom(options.directory, options.other ?? options.directory);
  }
}

async function check(directory: string): Promise<MaintenanceResult> {
  const report = await readBeside(directory, (disk) => checkDirectory(disk, directory));
  const isWhole = report.faults.length === 0;
  const advice = isWhole ? [] : [`Damaged; "server repair ${directory}" keeps what is readable`];
  return { lines: [...reportLines(report), ...advice], exitCode: isWhole ? 0 : 1 };
}

async function repair(directory: string): Promise<MaintenanceResult> {
  const report = await locked(
    directory,
    () => repairDirectory(SYSTEM_DISK, directory, Date.now()),
  );
  const done = report.aside === undefined
    ? "Nothing to repair"
    : `Repaired; what could not be kept is in ${report.aside}`;
  return { lines: [...reportLines(report), done], exitCode: 0 };
}

function reportLines(report: CheckReport): string[] {
  const { users, buddies, rooms, records, tornBytes, faults } = report;
  const torn = tornBytes === 0
    ? []
    : [`An unfinished last line of ${tornBytes} bytes, never acknowledged; a server cuts it off`];
  return [
    ...faults.map(({ path, line, what }) => `${path}: line ${line}: ${what}`),
    ...torn,
    `${users} users, ${buddies} buddies, ${rooms} rooms, ${records} journal records`,
  ];
}

async function importInto(
  from: string,
  into: string,
  options: MaintenanceOptions,
): Promise<MaintenanceResult> {
  await requireDirectory(from);
  const { users, skipped } = await readOlderLayout(from, from === into);
  if (users.length === 0 && skipped.length === 0) {
    throw new OperationalError(`Cannot find USER.txt files in "${from}" or "${from}/users"`);
  }
  const log = createStderrLog(options.log, "warn");
  const store = await openStore({ kind: "text", directory: into, clock: Date.now, log })
    .catch((error) => {
      if (from !== into || !(error instanceof DamagedFileError)) throw error;
      // A user called "users" or "journal" has a file that is named like one of ours.
      throw new OperationalError(
        `${error.message}. If the older server wrote it: import into a directory of its own ` +
          `with --other DIR`,
        { cause: error },
      );
    });
  try {
    const report = await importUsers(store, users);
    return {
      lines: [
        ...[...skipped, ...report.skipped].map(skippedLine),
        `Imported ${report.users} users and ${report.buddies} buddies into ${into}; ` +
        `${report.known} were there already, ` +
        `${skipped.length + report.skipped.length} lines or files were skipped`,
      ],
      exitCode: 0,
    };
  } finally {
    await store.close();
  }
}

function skippedLine({ path, line, why }: Skipped): string {
  return `Skipped ${path}${line === undefined ? "" : ` line ${line}`}: ${why}`;
}

async function exportFrom(from: string, to: string): Promise<MaintenanceResult> {
  const { state, faults } = await readBeside(from, (disk) => salvage(disk, from));
  if (faults.length > 0) {
    throw new OperationalError(
      `Cannot export "${from}": it is damaged; see "server check ${from}"`,
    );
  }
  const count = await exportUsers(state.users.users(), to);
  const counts = [
    [state.users.size - state.users.withoutPassword, "passwords"],
    [state.rooms.size, "rooms"],
  ] as const;
  const left = counts.filter(([count]) => count > 0).map((words) => words.join(" ")).join(" and ");
  return {
    lines: [
      ...(left === "" ? [] : [`Left out ${left}: older servers have no place for them`]),
      `Exported ${count} users into ${to}/users`,
    ],
    exitCode: 0,
  };
}

/**
 * Reads a directory without holding up servers that write in it: many users take seconds. What
 * looks damaged or unfinished may be one of them at work, so that is read again under the lock. A
 * backup that is whole need not be writable.
 */
async function readBeside<T extends Pick<Salvaged, "faults" | "tornBytes">>(
  directory: string,
  read: (disk: Disk) => Promise<T>,
): Promise<T> {
  await requireDirectory(directory);
  await requireTextFiles(SYSTEM_DISK, directory);
  const early = await read(READING_DISK).catch(() => undefined);
  const isWhole = early !== undefined && early.faults.length === 0 && early.tornBytes === 0;
  return isWhole ? early : await locked(directory, () => read(SYSTEM_DISK));
}

/** Does something while no server writes. */
async function locked<T>(directory: string, work: () => Promise<T>): Promise<T> {
  await requireDirectory(directory);
  // Before the lock, which would make a file in a directory that is somebody else's.
  await requireTextFiles(SYSTEM_DISK, directory);
  const lock = await lockDirectory(directory);
  try {
    return await work();
  } finally {
    await lock.close();
  }
}

async function requireDirectory(directory: string): Promise<void> {
  const info = await Deno.stat(directory).catch(() => undefined);
  if (!info?.isDirectory) throw new OperationalError(`Cannot find directory "${directory}"`);
}
