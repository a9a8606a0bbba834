/**
 * A disk in memory that fails when a test says so, and knows what would survive a loss of power.
 */

import { copyOf } from "../../lib/core/bytes.ts";
import type { Disk, DiskFile, FileFacts } from "../../lib/storage/disk.ts";
import { contentOf, DiskImage, type Inode, type NameChange } from "./disk_image.ts";

/** What goes wrong from now on. Counts are in coming calls: 1 is the next one, 0 none. */
export interface Faults {
  /** This append writes half of its bytes and then fails. */
  failAppend: number;
  /** This sync fails, and what it was to make durable never will be. */
  failSync: number;
  /** Every sync fails. */
  failAllSyncs: boolean;
  failTruncate: boolean;
  failOpen: boolean;
  failLock: boolean;
  /** This rename fails. */
  failRename: number;
  /** This sync of a directory fails. */
  failSyncDirectory: number;
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
  failRename: 0,
  failSyncDirectory: 0,
  maxAppend: Infinity,
  capacity: Infinity,
};

const NOTHING = new Uint8Array(0);

function ioError(): Error {
  return new Error("Input/output error (os error 5)");
}

let made = 0;

/** A disk whose faults a test switches on and off. Any number of stores may share it. */
export class FailingDisk implements Disk {
  readonly faults: Faults = { ...HEALTHY };
  #names = new Map<string, Inode>();
  #durableNames: ReadonlyMap<string, Inode> = new Map();
  #pendingNames: readonly NameChange[] = [];
  /** Files that are open at the moment. */
  openFiles = 0;
  /** Directories synced so far. */
  readonly syncedDirectories: string[] = [];
  /** Is called after everything that changes the disk: a moment at which the power may fail. */
  afterOperation: () => void = () => {};

  /** A healthy disk with these files. */
  static holding(files: ReadonlyMap<string, Uint8Array>): FailingDisk {
    const disk = new FailingDisk();
    for (const [path, bytes] of files) disk.put(path, bytes);
    return disk;
  }

  /** Nothing fails any more. */
  heal(): void {
    Object.assign(this.faults, HEALTHY);
  }

  /** What a file holds; empty when there is none. */
  read(path: string): Uint8Array {
    return this.#names.get(path)?.bytes ?? NOTHING;
  }

  /** What a file holds, as text. */
  text(path: string): string {
    return new TextDecoder().decode(this.read(path));
  }

  /** Makes a file hold these bytes, synced. */
  put(path: string, bytes: Uint8Array): void {
    const inode: Inode = { identity: `${++made}`, bytes, durable: bytes, pending: [] };
    this.#names.set(path, inode);
    this.#durableNames = new Map(this.#names);
    this.#pendingNames = [];
  }

  /** Names of all files. */
  paths(): string[] {
    return [...this.#names.keys()].sort();
  }

  /** All that the power of this moment leaves open: see {@linkcode DiskImage}. */
  image(): DiskImage {
    return new DiskImage(this.#durableNames, this.#pendingNames);
  }

  /**
   * The disk after a loss of power: every name, what was synced, and of what was appended since then
   * at most `unsyncedKept` bytes.
   */
  afterPowerLoss(unsyncedKept: number): FailingDisk {
    const survivor = new FailingDisk();
    for (const [path, { bytes, durable }] of this.#names) {
      const kept = Math.min(bytes.length, durable.length + unsyncedKept);
      survivor.put(path, kept > durable.length ? bytes.slice(0, kept) : durable);
    }
    return survivor;
  }

  /** A file as the store uses it. */
  open(path: string): Promise<DiskFile> {
    return Promise.try(() => {
      if (this.faults.failOpen) throw ioError();
      let inode = this.#names.get(path);
      if (inode === undefined) {
        inode = { identity: `${++made}`, bytes: NOTHING, durable: NOTHING, pending: [] };
        this.#rename({ path, inode });
      }
      this.openFiles++;
      return new MemoryFile(this, inode);
    });
  }

  facts(path: string): Promise<FileFacts | undefined> {
    const inode = this.#names.get(path);
    return Promise.resolve(inode && { size: inode.bytes.length, identity: inode.identity });
  }

  rename(from: string, to: string): Promise<void> {
    return Promise.try(() => {
      const { faults } = this;
      if (faults.failRename > 0 && --faults.failRename === 0) throw ioError();
      const inode = this.#names.get(from);
      if (inode === undefined) throw new Deno.errors.NotFound(`No such file: ${from}`);
      this.#rename({ path: to, inode, from });
    });
  }

  remove(path: string): Promise<void> {
    return Promise.try(() => {
      if (this.#names.has(path)) this.#rename({ path, inode: undefined });
    });
  }

  syncDirectory(path: string): Promise<void> {
    return Promise.try(() => {
      const { faults } = this;
      if (faults.failSyncDirectory > 0 && --faults.failSyncDirectory === 0) throw ioError();
      this.syncedDirectories.push(path);
      this.#durableNames = new Map(this.#names);
      this.#pendingNames = [];
      this.afterOperation();
    });
  }

  /** Bytes that still fit. */
  get space(): number {
    const used = [...this.#names.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
    return Math.max(0, this.faults.capacity - used);
  }

  #rename(change: NameChange): void {
    if (change.from !== undefined) this.#names.delete(change.from);
    if (change.inode === undefined) this.#names.delete(change.path);
    else this.#names.set(change.path, change.inode);
    this.#pendingNames = [...this.#pendingNames, change];
    this.afterOperation();
  }
}

class MemoryFile implements DiskFile {
  readonly #disk: FailingDisk;
  readonly #inode: Inode;

  constructor(disk: FailingDisk, inode: Inode) {
    this.#disk = disk;
    this.#inode = inode;
  }

  readAt(offset: number, into: Uint8Array): Promise<number> {
    const piece = this.#inode.bytes.subarray(offset, offset + into.length);
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
      const inode = this.#inode;
      const fails = faults.failAllSyncs || (faults.failSync > 0 && --faults.failSync === 0);
      if (fails) {
        // What Linux does: the pages count as clean now, and another sync would "succeed".
        inode.pending = inode.pending.map((change) => ({ ...change, isLost: true }));
        throw ioError();
      }
      inode.durable = contentOf(inode.durable, inode.pending);
      inode.pending = [];
      this.#disk.afterOperation();
    });
  }

  truncate(length: number): Promise<void> {
    return Promise.try(() => {
      if (this.#disk.faults.failTruncate) throw ioError();
      const inode = this.#inode;
      inode.bytes = inode.bytes.slice(0, length);
      inode.pending = [...inode.pending, { length }];
      this.#disk.afterOperation();
    });
  }

  facts(): Promise<FileFacts> {
    const { bytes, identity } = this.#inode;
    return Promise.resolve({ size: bytes.length, identity });
  }

  async lock(): Promise<void> {
    if (this.#disk.faults.failLock) throw new Error("No locks available (os error 37)");
    const inode = this.#inode;
    while (inode.holder !== undefined && inode.holder !== this) await inode.released!.promise;
    inode.holder = this;
    inode.released = Promise.withResolvers();
  }

  unlock(): Promise<void> {
    this.#unlock();
    return Promise.resolve();
  }

  close(): void {
    this.#disk.openFiles--;
    this.#unlock();
  }

  #unlock(): void {
    const inode = this.#inode;
    if (inode.holder !== this) return;
    delete inode.holder;
    inode.released!.resolve();
  }

  #add(piece: Uint8Array): number {
    const inode = this.#inode;
    inode.bytes = copyOf([inode.bytes, piece]);
    inode.pending = [...inode.pending, { bytes: piece.slice() }];
    this.#disk.afterOperation();
    return piece.length;
  }
}
