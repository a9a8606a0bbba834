/**
 * A disk in memory that fails when a test says so, and knows what would survive a loss of power.
 */

import type { Disk, DiskFile } from "../../lib/storage/disk.ts";

/** What goes wrong from now on. Counts are in coming calls: 1 is the next one, 0 none. */
export interface Faults {
  /** This append writes half of its bytes and then fails. */
  failAppend: number;
  /** This sync fails. */
  failSync: number;
  /** Every sync fails. */
  failAllSyncs: boolean;
  failTruncate: boolean;
  failOpen: boolean;
  failLock: boolean;
  /** Most bytes one append takes. */
  maxAppend: number;
  /** Most bytes the disk holds. An append takes what fits; when nothing fits, it fails. */
  capacity: number;
}

const HEALTHY: Readonly<Faults> = {
  failAppend: 0,
  failSync: 0,
  failAllSyncs: false,
  failTruncate: false,
  failOpen: false,
  failLock: false,
  maxAppend: Infinity,
  capacity: Infinity,
};

interface Content {
  bytes: Uint8Array;
  /** What a loss of power leaves for certain. */
  synced: Uint8Array;
}

function ioError(): Error {
  return new Error("Input/output error (os error 5)");
}

/** A disk whose faults a test switches on and off. */
export class FailingDisk implements Disk {
  readonly faults: Faults = { ...HEALTHY };
  readonly #files = new Map<string, Content>();
  /** Files that are open at the moment. */
  openFiles = 0;
  /** Directories synced so far. */
  readonly syncedDirectories: string[] = [];

  /** Nothing fails any more. */
  heal(): void {
    Object.assign(this.faults, HEALTHY);
  }

  /** What a file holds; empty when there is none. */
  read(path: string): Uint8Array {
    return this.#content(path).bytes;
  }

  /** Makes a file hold these bytes, synced. */
  put(path: string, bytes: Uint8Array): void {
    this.#files.set(path, { bytes, synced: bytes });
  }

  /** Names of all files. */
  paths(): string[] {
    return [...this.#files.keys()].sort();
  }

  /**
   * The disk after a loss of power: what was synced, and of what was appended since then at most
   * `unsyncedKept` bytes.
   */
  afterPowerLoss(unsyncedKept: number): FailingDisk {
    const survivor = new FailingDisk();
    for (const [path, { bytes, synced }] of this.#files) {
      const kept = Math.min(bytes.length, synced.length + unsyncedKept);
      survivor.put(path, kept > synced.length ? bytes.slice(0, kept) : synced);
    }
    return survivor;
  }

  /** A file as the journal uses it. */
  open(path: string): Promise<DiskFile> {
    return Promise.try(() => {
      if (this.faults.failOpen) throw ioError();
      const content = this.#content(path);
      this.#files.set(path, content);
      this.openFiles++;
      return new MemoryFile(this, content);
    });
  }

  syncDirectory(path: string): Promise<void> {
    this.syncedDirectories.push(path);
    return Promise.resolve();
  }

  /** Bytes that still fit. */
  get space(): number {
    const used = [...this.#files.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
    return Math.max(0, this.faults.capacity - used);
  }

  #content(path: string): Content {
    const none = new Uint8Array(0);
    return this.#files.get(path) ?? { bytes: none, synced: none };
  }
}

class MemoryFile implements DiskFile {
  readonly #disk: FailingDisk;
  readonly #content: Content;

  constructor(disk: FailingDisk, content: Content) {
    this.#disk = disk;
    this.#content = content;
  }

  readAt(offset: number, into: Uint8Array): Promise<number> {
    const piece = this.#content.bytes.subarray(offset, offset + into.length);
    into.set(piece);
    return Promise.resolve(piece.length);
  }

  append(bytes: Uint8Array): Promise<number> {
    return Promise.try(() => {
      const { faults, space } = this.#disk;
      if (faults.failAppend > 0 && --faults.failAppend === 0) {
        this.#add(bytes.subarray(0, bytes.length >> 1));
        throw ioError();
      }
      if (bytes.length > 0 && space === 0) {
        throw new Error("No space left on device (os error 28)");
      }
      return this.#add(bytes.subarray(0, Math.min(faults.maxAppend, space)));
    });
  }

  syncData(): Promise<void> {
    return Promise.try(() => {
      const { faults } = this.#disk;
      if (faults.failAllSyncs) throw ioError();
      if (faults.failSync > 0 && --faults.failSync === 0) throw ioError();
      this.#content.synced = this.#content.bytes;
    });
  }

  truncate(length: number): Promise<void> {
    return Promise.try(() => {
      if (this.#disk.faults.failTruncate) throw ioError();
      this.#content.bytes = this.#content.bytes.slice(0, length);
    });
  }

  size(): Promise<number> {
    return Promise.resolve(this.#content.bytes.length);
  }

  lock(): Promise<void> {
    return Promise.try(() => {
      if (this.#disk.faults.failLock) throw new Error("No locks available (os error 37)");
    });
  }

  close(): void {
    this.#disk.openFiles--;
  }

  #add(piece: Uint8Array): number {
    const { bytes } = this.#content;
    const joined = new Uint8Array(bytes.length + piece.length);
    joined.set(bytes);
    joined.set(piece, bytes.length);
    this.#content.bytes = joined;
    return piece.length;
  }
}
