/**
 * What a file that comes leaves on the disk, and open, when the disk or the other side fails.
 */

import { assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { IncomingFile } from "../../lib/client/transfer_incoming.ts";
import { type PlannedFile, survey } from "../../lib/client/transfer_survey.ts";
import { TransferTarget } from "../../lib/client/transfer_target.ts";
import { TempDir } from "../support/temp_dir.ts";
import { ALICE, BOB } from "../support/transfers.ts";

const BYTES = new TextEncoder().encode("abcdef");
const DIGEST = new Uint8Array(createHash("sha256").update(BYTES).digest());

/** A file to come, and what came of it before. */
async function planned(
  directory: string,
  before?: Uint8Array,
): Promise<{ readonly target: TransferTarget; readonly planned: PlannedFile }> {
  const target = await TransferTarget.open(directory);
  const file = { kind: "file", path: ["a"], size: BYTES.length, modified: 0 } as const;
  if (before !== undefined) await Deno.writeFile(target.partPlace(["a"], ALICE, file), before);
  const { files } = await survey({ from: ALICE, to: BOB, entries: [file] }, target);
  return { target, planned: files[0]! };
}

/** Lets the disk fail at one thing. */
function failing(what: "read" | "write" | "utime"): Disposable {
  const original = Deno.FsFile.prototype[what];
  const put = (method: unknown) => Object.assign(Deno.FsFile.prototype, { [what]: method });
  put(() => Promise.reject(new Error(`no ${what}`)));
  return { [Symbol.dispose]: () => put(original) };
}

Deno.test("a part that came before stays when the transfer ends before it is read", async () => {
  await using directory = await TempDir.make();
  const { target, planned: file } = await planned(directory.path, BYTES.subarray(0, 3));
  const incoming = await IncomingFile.prepare(target, file, () => true);
  await incoming.giveUp();
  assertEquals(await Deno.readFile(file.part), BYTES.subarray(0, 3));
});

Deno.test("a part that was begun anew goes when nothing came", async () => {
  await using directory = await TempDir.make();
  const { target, planned: file } = await planned(directory.path, BYTES.subarray(0, 3));
  const incoming = await IncomingFile.prepare(target, file, () => false);
  await incoming.begin(0);
  await incoming.giveUp();
  assertEquals(await directory.names(), []);
});

Deno.test("a disk that cannot be read leaves nothing open, and the part as it is", async () => {
  await using directory = await TempDir.make();
  const { target, planned: file } = await planned(directory.path, BYTES.subarray(0, 3));
  {
    using _ = failing("read");
    await assertRejects(() => IncomingFile.prepare(target, file, () => false), Error, "no read");
  }
  assertEquals(await Deno.readFile(file.part), BYTES.subarray(0, 3));
});

Deno.test("a disk that is full at the last piece leaves nothing open", async () => {
  await using directory = await TempDir.make();
  const { target, planned: file } = await planned(directory.path);
  const incoming = await IncomingFile.prepare(target, file, () => false);
  await incoming.begin(0);
  incoming.take(BYTES);
  using _ = failing("write");
  await assertRejects(() => incoming.settle(DIGEST, "rename"), Error, "no write");
});

Deno.test("a file is whole where times cannot be kept", async () => {
  await using directory = await TempDir.make();
  const { target, planned: file } = await planned(directory.path);
  const incoming = await IncomingFile.prepare(target, file, () => false);
  await incoming.begin(0);
  incoming.take(BYTES);
  using _ = failing("utime");
  assertEquals(await incoming.settle(DIGEST, "rename"), ["a"]);
  assertEquals(await Deno.readFile(`${directory.path}/a`), BYTES);
});
