/**
 * The file operations the text store uses, and nothing more, so that tests can put a disk under it
 * that fails, fills up or loses power.
 */

import type { Histogram } from "../core/histogram.ts";

/** What is known of a file without reading it. */
export interface FileFacts {
  /** Length in bytes. */
  readonly size: number;
  /** Tells a file from another one that took its name. */
  readonly identity: string;
}

/** An open file. */
export interface DiskFile {
  /** Reads from `offset` into `into`; 0 at the end of the file. */
  readAt(offset: number, into: Uint8Array): Promise<number>;
  /** Appends some of `bytes` and tells how many: a full disk takes a part, then throws. */
  append(bytes: Uint8Array): Promise<number>;
  /** Resolves when everything appended would survive a loss of power. */
  syncData(): Promise<void>;
  /** Cuts the file off behind `length` bytes. */
  truncate(length: number): Promise<void>;
  /** Its length, and which file it is. */
  facts(): Promise<FileFacts>;
  /** Takes the file's exclusive lock; other holders are waited for. */
  lock(): Promise<void>;
  /** Gives the lock back. */
  unlock(): Promise<void>;
  /** Lets go of it and of its lock. */
  close(): void;
}

/** A file system. Paths are names in one data directory. */
export interface Disk {
  /** Opens a file for reading and appending, made for its owner only when missing. */
  open(path: string): Promise<DiskFile>;
  /** What is known of a file; `undefined` when there is none. */
  facts(path: string): Promise<FileFacts | undefined>;
  /** Gives a file another name, in place of a file that had it. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, if there is one. */
  remove(path: string): Promise<void>;
  /** Makes new and changed names of a directory survive a loss of power. */
  syncDirectory(path: string): Promise<void>;
}

/** The machine's own file system. */
export const SYSTEM_DISK: Disk = {
  open: (path) => openSystemFile(path, undefined),
  async facts(path) {
    try {
      return factsOf(await Deno.stat(path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  },
  rename: (from, to) => Deno.rename(from, to),
  async remove(path) {
    try {
      await Deno.remove(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  },
  async syncDirectory(path) {
    if (Deno.build.os === "windows") return; // a directory cannot be opened there
    using directory = await Deno.open(path);
    await directory.sync();
  },
};

/** The machine's own file system, for whoever reads only: a backup may be nobody's to write. */
export const READING_DISK: Disk = {
  ...SYSTEM_DISK,
  open: async (path) => new SystemFile(await Deno.open(path, { read: true }), undefined),
};

/** The machine's own file system, which tells how long it takes to make something durable. */
export function systemDisk(syncSeconds: Histogram | undefined): Disk {
  return { ...SYSTEM_DISK, open: (path) => openSystemFile(path, syncSeconds) };
}

async function openSystemFile(
  path: string,
  syncSeconds: Histogram | undefined,
): Promise<SystemFile> {
  const options = { read: true, append: true, create: true, mode: 0o600 };
  return new SystemFile(await Deno.open(path, options), syncSeconds);
}

function factsOf({ size, dev, ino, birthtime }: Deno.FileInfo): FileFacts {
  return { size, identity: `${dev}:${ino ?? birthtime?.getTime()}` };
}

class SystemFile implements DiskFile {
  readonly #file: Deno.FsFile;
  readonly #syncSeconds: Histogram | undefined;

  constructor(file: Deno.FsFile, syncSeconds: Histogram | undefined) {
    this.#file = file;
    this.#syncSeconds = syncSeconds;
  }

  async readAt(offset: number, into: Uint8Array): Promise<number> {
    await this.#file.seek(offset, Deno.SeekMode.Start);
    return await this.#file.read(into) ?? 0;
  }

  append(bytes: Uint8Array): Promise<number> {
    return this.#file.write(bytes);
  }

  async syncData(): Promise<void> {
    const begun = performance.now();
    await this.#file.syncData();
    this.#syncSeconds?.observe((performance.now() - begun) / 1000);
  }

  truncate(length: number): Promise<void> {
    return this.#file.truncate(length);
  }

  async facts(): Promise<FileFacts> {
    return factsOf(await this.#file.stat());
  }

  lock(): Promise<void> {
    return this.#file.lock(true);
  }

  unlock(): Promise<void> {
    return this.#file.unlock();
  }

  close(): void {
    this.#file.close();
  }
}

/** Appends all of `bytes`, however many pieces that takes. */
export async function appendAll(file: DiskFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.append(bytes.subarray(at));
}
