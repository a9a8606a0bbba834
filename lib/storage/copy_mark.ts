/**
 * The mark of a data directory that a copy into it was begun: until it has ended, what is in it looks
 * whole and is not. Databases have theirs in `postgres_contents.ts`.
 */

import { OperationalError } from "../core/errors.ts";
import { type Disk, SYSTEM_DISK } from "./disk.ts";

/** Marks a directory, or takes the mark away. */
export async function markDirectory(directory: string, isHalf: boolean): Promise<void> {
  const path = markOf(directory);
  if (isHalf) (await SYSTEM_DISK.open(path)).close();
  else await SYSTEM_DISK.remove(path);
  await SYSTEM_DISK.syncDirectory(directory);
}

/** Sees that a directory holds no half copy. @throws OperationalError */
export async function refuseHalfCopy(disk: Disk, directory: string): Promise<void> {
  if (await disk.facts(markOf(directory)) === undefined) return;
  throw new OperationalError(
    `Cannot use data directory "${directory}": a copy into it was begun and has not ended; ` +
      `${halfDirectoryAdvice(directory)}`,
  );
}

/** What to do about a directory that holds half a copy. */
export function halfDirectoryAdvice(directory: string): string {
  return `remove "${directory}" and copy again`;
}

function markOf(directory: string): string {
  return `${directory}/copying`;
}
