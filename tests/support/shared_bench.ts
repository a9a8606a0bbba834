/**
 * Text stores that share one directory on a disk in memory, as several servers do.
 */

import { assertEquals } from "@std/assert";
import { type LocalStoreSettings, openStore } from "../../lib/storage/open_store.ts";
import type { Store } from "../../lib/storage/store.ts";
import { FailingDisk } from "./failing_disk.ts";
import { FakeClock } from "./fake_clock.ts";
import { RecordedLog } from "./recorded_log.ts";
import { TempDir } from "./temp_dir.ts";

/** Several stores on one disk in memory. */
export class SharedBench implements AsyncDisposable {
  readonly disk = new FailingDisk();
  readonly clock = new FakeClock();
  readonly log = new RecordedLog();
  readonly directory: TempDir;
  readonly stores: Store[] = [];

  private constructor(directory: TempDir) {
    this.directory = directory;
  }

  static async make(count: number, more: Partial<LocalStoreSettings> = {}): Promise<SharedBench> {
    const bench = new SharedBench(await TempDir.make());
    for (let store = 0; store < count; store++) await bench.open(more);
    return bench;
  }

  get journal(): string {
    return `${this.directory.path}/journal.txt`;
  }

  async open(more: Partial<LocalStoreSettings> = {}): Promise<Store> {
    const store = await openStore({
      kind: "text",
      directory: this.directory.path,
      disk: this.disk,
      clock: this.clock.read,
      log: this.log,
      ...more,
    });
    this.stores.push(store);
    return store;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.stores) await store.close();
    assertEquals(this.disk.openFiles, 0);
    await this.directory[Symbol.asyncDispose]();
  }
}
