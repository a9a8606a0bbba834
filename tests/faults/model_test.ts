/**
 * The same random operations on the memory store and on text stores that share a directory: every
 * outcome and everything that is told must be the same, over reopening, compaction, faults of the
 * disk and siblings that come and go.
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { StorageError } from "../../lib/core/errors.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { lockDirectory, openStore } from "../../lib/storage/open_store.ts";
import { repairDirectory } from "../../lib/storage/repair.ts";
import type { ChangeOutcome, Store, StoreChange } from "../../lib/storage/store.ts";
import { anyChange } from "../support/changes.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { id } from "../support/ids.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { TempDir } from "../support/temp_dir.ts";
import { extent } from "./extent.ts";

const USERS = ["ann", "bob", "eve", "kim", "zoe", "0", "a.b", "a-b"].map(id);

/** Text stores on one directory in memory, of which the first may be closed and opened again. */
class Real implements AsyncDisposable {
  readonly disk = new FailingDisk();
  readonly clock = new FakeClock();
  readonly log = new RecordedLog();
  readonly directory: TempDir;
  stores: Store[] = [];

  private constructor(directory: TempDir) {
    this.directory = directory;
  }

  static async make(): Promise<Real> {
    const real = new Real(await TempDir.make());
    await real.open();
    return real;
  }

  async open(): Promise<void> {
    this.stores.push(
      await openStore({
        kind: "text",
        directory: this.directory.path,
        disk: this.disk,
        clock: this.clock.read,
        log: this.log,
        compactFrom: 300,
      }),
    );
  }

  async close(): Promise<void> {
    await this.stores.shift()!.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    while (this.stores.length > 0) await this.close();
    assertEquals(this.disk.openFiles, 0);
    await this.directory[Symbol.asyncDispose]();
  }
}

type Command = fc.AsyncCommand<MemoryStore, Real>;

/** A batch asked of one of the stores at once. */
class Change implements Command {
  readonly #batch: readonly StoreChange[];
  readonly #whom: number;

  constructor(batch: readonly StoreChange[], whom: number) {
    this.#batch = batch;
    this.#whom = whom;
  }

  check(): boolean {
    return true;
  }

  async run(model: MemoryStore, { stores }: Real): Promise<void> {
    const store = stores[this.#whom % stores.length]!;
    const outcomes = await Promise.all(this.#batch.map((change) => store.change(change)));
    const expected: ChangeOutcome[] = [];
    for (const change of this.#batch) expected.push(await model.change(change));
    assertEquals(outcomes, expected);
  }

  toString(): string {
    return `change(${JSON.stringify(this.#batch)}, ${this.#whom})`;
  }
}

/** A registration whose write or sync fails, and a second without requests. */
class Fail implements Command {
  readonly #fault: "failAppend" | "failSync";
  readonly #whom: number;

  constructor(fault: "failAppend" | "failSync", whom: number) {
    this.#fault = fault;
    this.#whom = whom;
  }

  check(): boolean {
    return true;
  }

  async run(model: MemoryStore, { disk, clock, stores }: Real): Promise<void> {
    const store = stores[this.#whom % stores.length]!;
    const change: StoreChange = { kind: "register", user: id("unlucky") };
    disk.faults[this.#fault] = 1;
    const outcome = await store.change(change).catch((error) => error);
    disk.heal();
    // A compaction under way may have met the fault instead.
    if (outcome instanceof StorageError) clock.advance(1000);
    else assertEquals(outcome, await model.change(change));
    clock.advance(1000);
  }

  toString(): string {
    return `${this.#fault}(${this.#whom})`;
  }
}

/** Something done to the stores that changes nothing that is remembered. */
class Do implements Command {
  readonly #name: string;
  readonly #work: (real: Real) => Promise<unknown>;

  constructor(name: string, work: (real: Real) => Promise<unknown>) {
    this.#name = name;
    this.#work = work;
  }

  check(): boolean {
    return true;
  }

  async run(_: MemoryStore, real: Real): Promise<void> {
    await this.#work(real);
  }

  toString(): string {
    return this.#name;
  }
}

/** Everything there is, asked of every store. */
async function compare(model: MemoryStore, { stores }: Real): Promise<void> {
  for (const store of stores) {
    // Rooms are always caught up with first, and the rest with them.
    assertEquals(await store.rooms(), model.rooms());
    for (const user of [...USERS, id("unlucky")]) {
      assertEquals(await store.isKnown(user), model.isKnown(user));
      assertEquals(await store.buddiesOf(user), model.buddiesOf(user));
      assertEquals(await store.passwordOf(user), model.passwordOf(user));
    }
  }
}

const whom = fc.nat(5);

const COMMANDS: fc.Arbitrary<Command>[] = [
  fc.tuple(fc.array(anyChange(), { maxLength: 8 }), whom).map(([batch, who]) =>
    new Change(batch, who)
  ),
  fc.tuple(fc.constantFrom("failAppend" as const, "failSync" as const), whom).map((
    [fault, who],
  ) => new Fail(fault, who)),
  fc.constant(
    new Do("reopen", async (real) => {
      await real.close();
      await real.open();
    }),
  ),
  fc.constant(
    new Do("another store", async (real) => {
      if (real.stores.length < 3) await real.open();
    }),
  ),
  fc.constant(
    new Do("one store less", async (real) => {
      if (real.stores.length > 1) await real.close();
    }),
  ),
  fc.constant(
    // A compaction that was begun goes on, and followers follow.
    new Do("a turn for others", () => new Promise((resume) => setTimeout(resume, 1))),
  ),
  fc.constant(
    new Do("repair", async ({ disk, directory, clock }) => {
      const lock = await lockDirectory(directory.path, disk);
      const { faults } = await repairDirectory(disk, directory.path, clock.now);
      await lock.close();
      assertEquals(faults, []);
    }),
  ),
];

Deno.test("any operations on memory and on shared text come to the same", async () => {
  let compactions = 0;
  let failures = 0;
  await fc.assert(
    fc.asyncProperty(fc.commands(COMMANDS, { maxCommands: 40, size: "max" }), async (commands) => {
      await using real = await Real.make();
      const model = new MemoryStore();
      await fc.asyncModelRun(() => ({ model, real }), commands);
      await compare(model, real);
      compactions += real.log.messages("info").filter((text) => text.includes("Compacted")).length;
      failures += real.log.messages("error").length;
    }),
    { numRuns: extent(100, 1000) },
  );
  // Both were met, or this has shown less than it says.
  assert(compactions > 10 && failures > 10, `${compactions} compactions, ${failures} failures`);
});
