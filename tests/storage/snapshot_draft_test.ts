import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { DamagedFileError } from "../../lib/storage/damage.ts";
import { contentsOfChanges, contentsOfState } from "../../lib/storage/draft_contents.ts";
import { BEGINNING } from "../../lib/storage/journal_point.ts";
import { SnapshotDraft } from "../../lib/storage/snapshot_draft.ts";
import { State } from "../../lib/storage/state.ts";
import type { StoreChange } from "../../lib/storage/store.ts";
import { add, anyChanges, register, remove } from "../support/changes.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { id } from "../support/ids.ts";
import { SOME_TIME } from "../support/journals.ts";
import { toBytes } from "../support/raw_tcp.ts";

/** The snapshot of a state. */
async function snapshotOf(state: State): Promise<string> {
  const disk = new FailingDisk();
  const file = await disk.open("draft");
  await new SnapshotDraft(contentsOfState(state), BEGINNING, SOME_TIME).writeTo(file, undefined);
  file.close();
  return disk.text("draft");
}

/** The snapshot made of an older one and what happened since. */
async function merged(old: string | undefined, changes: readonly StoreChange[]): Promise<string> {
  const disk = new FailingDisk();
  disk.put("old", toBytes(old ?? ""));
  const [from, file] = [await disk.open("old"), await disk.open("draft")];
  try {
    const draft = new SnapshotDraft(contentsOfChanges(changes), BEGINNING, SOME_TIME);
    await draft.writeTo(file, old === undefined ? undefined : { file: from, path: "old" });
  } finally {
    from.close();
    file.close();
  }
  return disk.text("draft");
}

/** Applies what is judged done, and tells which that was. */
function applyTo(state: State, changes: readonly StoreChange[]): StoreChange[] {
  return changes.filter((change) => {
    if (state.judge(change) !== "done") return false;
    state.apply(change);
    return true;
  });
}

Deno.test("an old snapshot and any changes since come to the snapshot of the state they make", async () => {
  await fc.assert(fc.asyncProperty(anyChanges, anyChanges, async (before, since) => {
    const state = new State();
    applyTo(state, before);
    const old = await snapshotOf(state);
    const done = applyTo(state, since);
    assertEquals(await merged(old, done), await snapshotOf(state));
  }));
});

Deno.test("changes without an old snapshot come to the snapshot of the state they make", async () => {
  await fc.assert(fc.asyncProperty(anyChanges, async (changes) => {
    const state = new State();
    const done = applyTo(state, changes);
    assertEquals(await merged(undefined, done), await snapshotOf(state));
  }));
});

Deno.test("more new users than are written in one go are all merged, in order", async () => {
  const users = Array.from({ length: 9000 }, (_, index) => id(`u${(index * 7919) % 9000}`));
  const state = new State();
  applyTo(state, users.slice(0, 300).map(register));
  const old = await snapshotOf(state);
  const done = applyTo(state, users.slice(300).map(register));
  assertEquals(await merged(old, done), await snapshotOf(state));
});

Deno.test("a user of several lines is merged whole, changed or not", async () => {
  const many = Array.from({ length: 1700 }, (_, index) => id(`b${index}`));
  const [ann, eve] = [id("ann"), id("eve")];
  const state = new State();
  const befriend = (user: typeof ann) => many.map((buddy) => add(user, buddy));
  applyTo(state, [register(ann), register(eve), ...many.map(register)]);
  applyTo(state, [...befriend(ann), ...befriend(eve)]);
  const old = await snapshotOf(state);
  const since = [remove(ann, many[0]!), remove(ann, many[1600]!), add(many[3]!, ann)];
  const done = applyTo(state, since);
  assertEquals(done.length, 3);
  assertEquals(await merged(old, done), await snapshotOf(state));
});

Deno.test("an old snapshot that is damaged or not whole makes no new one", async () => {
  const state = new State();
  applyTo(state, ["ann", "bob", "eve"].map(id).map(register));
  const old = await snapshotOf(state);
  const lines = old.split(/(?<=\n)/);
  const broken = [
    old.replace("user bob", "user bot"),
    lines.slice(0, -1).join(""),
    lines.toSpliced(2, 1).join(""),
    lines.slice(0, 2).join(""),
    "",
  ];
  for (const text of broken) {
    await assertRejects(() => merged(text, [register(id("zoe"))]), DamagedFileError);
  }
});
