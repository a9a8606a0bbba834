/**
 * `server.ts migrate`: from a text directory into a database, or back. Nothing is taken away from
 * where it was, and what was copied is read again and compared. Until then the copy bears a mark, by
 * which servers refuse it.
 */

import type { MigrateOptions, StorePlace } from "../config/migrate_options.ts";
import { shownDatabase } from "../core/backend_address.ts";
import { OperationalError, StorageError, UsageError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import { createStderrLog } from "../observe/log.ts";
import {
  countContents,
  fillStore,
  findDifference,
  type StoreContents,
} from "../storage/contents.ts";
import { halfDirectoryAdvice, markDirectory } from "../storage/copy_mark.ts";
import { SYSTEM_DISK } from "../storage/disk.ts";
import { lockDirectory, openStore } from "../storage/open_store.ts";
import { requireTextFiles } from "../storage/repair.ts";
import { salvage } from "../storage/salvage.ts";
import type { Store } from "../storage/store.ts";

/**
 * Copies everything and verifies it.
 *
 * @returns what to print
 * @throws UsageError when a place is missing
 * @throws OperationalError when a place cannot be used, or the copy is not what it should be
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const { from, to } = options;
  if (from === undefined || to === undefined) {
    throw new UsageError("Nothing to copy: it needs FROM and TO (see server migrate --help)");
  }
  const log = createStderrLog(options.log, "warn");
  if (from.kind === "postgres") await (await open(from, log)).close(); // its tables may be older
  const contents = await readAll(from, log);
  const store = await open(to, log);
  try {
    await requireEmpty(to, log);
    await mark(to, true, log);
    await fillStore(store, contents);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new OperationalError(
      `Cannot copy into ${shown(to)}: ${error.message}; it holds a part of the copy now, so ` +
        `${await halfAdvice(to)}`,
      { cause: error },
    );
  } finally {
    await store.close();
  }
  const difference = findDifference(contents, await readAll(to, log));
  if (difference !== undefined) {
    throw new OperationalError(
      `Cannot vouch for the copy in ${shown(to)}: ${difference}; ${await halfAdvice(to)}`,
    );
  }
  await mark(to, false, log);
  const { users, buddies, passwords, rooms, members } = countContents(contents);
  return [
    `Copied ${users} users, ${buddies} buddies, ${passwords} passwords, ${rooms} rooms and ` +
    `${members} members from ${shown(from)} into ${shown(to)}, and compared them`,
  ];
}

function open(place: StorePlace, log: Log): Promise<Store> {
  return openStore(
    place.kind === "postgres" ? { ...place, log } : { ...place, clock: Date.now, log },
  );
}

async function requireEmpty(place: StorePlace, log: Log): Promise<void> {
  const { users, rooms } = countContents(await readAll(place, log));
  if (users === 0 && rooms === 0) return;
  throw new OperationalError(
    `Cannot copy into ${shown(place)}: it holds ${users} users and ${rooms} rooms; ` +
      `choose an empty one`,
  );
}

/** Marks a place as half a copy, or takes the mark away. */
async function mark(place: StorePlace, isHalf: boolean, log: Log): Promise<void> {
  if (place.kind === "text") return await markDirectory(place.directory, isHalf);
  const { markDatabase } = await import("../storage/postgres_contents.ts");
  await markDatabase(place.address, isHalf, log);
}

async function halfAdvice(place: StorePlace): Promise<string> {
  if (place.kind === "text") return halfDirectoryAdvice(place.directory);
  return (await import("../storage/postgres_migrate.ts")).HALF_COPY_ADVICE;
}

async function readAll(place: StorePlace, log: Log): Promise<StoreContents> {
  if (place.kind === "postgres") {
    const { readDatabase } = await import("../storage/postgres_contents.ts");
    return await readDatabase(place.address, log);
  }
  return await readDirectory(place.directory);
}

async function readDirectory(directory: string): Promise<StoreContents> {
  // Before the lock, which would make the directory.
  await requireTextFiles(SYSTEM_DISK, directory);
  const lock = await lockDirectory(directory);
  try {
    const { state, faults } = await salvage(SYSTEM_DISK, directory);
    if (faults.length > 0) {
      throw new OperationalError(
        `Cannot copy "${directory}": it is damaged; see "server check ${directory}"`,
      );
    }
    return { users: [...state.users.users()], rooms: state.rooms.rooms() };
  } finally {
    await lock.close();
  }
}

function shown(place: StorePlace): string {
  return place.kind === "postgres" ? shownDatabase(place.address) : `text:${place.directory}`;
}
