/**
 * The file operations the text store uses, and nothing more, so that tests can put a disk under it
 * that fails, fills up or loses power.
 */

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
  /** Its length in bytes. */
  size(): Promise<number>;
  /** Takes the file's exclusive lock; other holders are waited for. */
  lock(): Promise<void>;
  /** Lets go of it and of its lock. */
  close(): void;
}

/** A file system. */
export interface Disk {
  /** Opens a file for reading and appending, made readable by its owner only when missing. */
  open(path: string): Promise<DiskFile>;
  /** Makes files created in a directory survive a loss of power. */
  syncDirectory(path: string): Promise<void>;
}

/** The machine's own file system. */
export const SYSTEM_DISK: Disk = {
  async open(path) {
    const options = { read: true, append: true, create: true, mode: 0o600 };
    return new SystemFile(await Deno.open(path, options));
  },
  async syncDirectory(path) {
    if (Deno.build.os === "windows") return; // a directory cannot be opened there
    using directory = await Deno.open(path);
    await directory.sync();
  },
};

class SystemFile implements DiskFile {
  readonly #file: Deno.FsFile;

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  async readAt(offset: number, into: Uint8Array): Promise<number> {
    await this.#file.seek(offset, Deno.SeekMode.Start);
    return await this.#file.read(into) ?? 0;
  }

  append(bytes: Uint8Array): Promise<number> {
    return this.#file.write(bytes);
  }

  syncData(): Promise<void> {
    return this.#file.syncData();
  }

  truncate(length: number): Promise<void> {
    return this.#file.truncate(length);
  }

  async size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  lock(): Promise<void> {
    return this.#file.lock(true);
  }

  close(): void {
    this.#file.close();
  }
}
