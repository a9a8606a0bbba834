/**
 * `server.ts migrate` as people run it: a text directory into a database, and back.
 */

import { assert, assertEquals } from "@std/assert";
import { openStore } from "../../lib/storage/open_store.ts";
import type { StoreChange } from "../../lib/storage/store.ts";
import { add, register } from "../support/changes.ts";
import { id } from "../support/ids.ts";
import { NO_POSTGRES, PrivatePostgres } from "../support/postgres.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import type { Ended } from "../support/process.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";

const [ann, bob, eve] = [id("ann"), id("bob"), id("eve")];

async function migrate(directory: TempDir, ...words: readonly string[]): Promise<Ended> {
  await using run = ServerProcess.spawn(["migrate", ...words], { directory: directory.path });
  return await run.ended();
}

async function fill(directory: string): Promise<void> {
  const changes: readonly StoreChange[] = [
    ...[register(ann), register(bob), register(eve), add(ann, eve), add(ann, bob)],
    { kind: "set password", user: bob, hash: "scrypt$15$8$3$c2FsdA$aGFzaA" },
    { kind: "create room", room: "Küche 7", host: "ann b.", hash: "hash" },
    { kind: "join room", room: "Küche 7", member: "ann b.", token: "token_1", ip: "192.0.2.1" },
    { kind: "join room", room: "Küche 7", member: "bob", token: "token_2", ip: "2001:db8::1" },
    { kind: "doubt member", room: "Küche 7", member: "bob" },
  ];
  const log = new RecordedLog();
  const store = await openStore({ kind: "text", directory, clock: Date.now, log });
  await Promise.all(changes.map((change) => store.change(change)));
  await store.close();
}

Deno.test({
  name: `migrate: text into PostgreSQL and back${
    NO_POSTGRES === undefined ? "" : `: ${NO_POSTGRES}`
  }`,
  ignore: NO_POSTGRES !== undefined,
}, async () => {
  await using postgres = await PrivatePostgres.start();
  await using directory = await TempDir.make();
  const [data, back] = [`${directory.path}/data`, `${directory.path}/back`];
  await fill(data);

  const there = await migrate(directory, `text:${data}`, postgres.url);
  const shown = postgres.url.replace(`:${postgres.address.password}`, "");
  const copied = "Copied 3 users, 2 buddies, 1 passwords, 1 rooms and 2 members";
  assertEquals([there.code, there.stderr], [0, ""]);
  assertEquals(there.stdout, `${copied} from text:${data} into ${shown}, and compared them\n`);

  const again = await migrate(directory, `text:${data}`, postgres.url);
  assertEquals(again.code, 1);
  assert(again.stderr.includes("it holds 3 users and 1 rooms; choose an empty one"), again.stderr);

  const andBack = await migrate(directory, postgres.url, `text:${back}`);
  assertEquals([andBack.code, andBack.stderr], [0, ""]);
  assertEquals(andBack.stdout, `${copied} from ${shown} into text:${back}, and compared them\n`);
  const lines = async (path: string): Promise<string[]> =>
    (await Deno.readTextFile(`${path}/journal.txt`)).split("\n")
      .map((line) => line.split(" ").slice(2, -1).join(" ")).sort();
  assertEquals(await lines(back), await lines(data));
});

Deno.test("migrate: what is wrong is told, and no password", async () => {
  await using directory = await TempDir.make();
  const cases: readonly (readonly [words: readonly string[], code: number, what: string])[] = [
    [[], 2, "it needs FROM and TO"],
    [["text:data"], 2, "it needs FROM and TO"],
    [["data", "text:copy"], 2, "Cannot use FROM: expected text:DIR or postgres://"],
    [["text:a", "mysql://u:s3cret@h/d"], 2, "Cannot use TO: expected text:DIR or postgres://"],
    [["text:a", "text:b", "postgres://u:s3cret@h/d"], 2, "too many arguments"],
    [[`text:${directory.path}`, "postgres://u:s3cret@h/d"], 1, "Cannot find journal.txt"],
  ];
  for (const [words, code, what] of cases) {
    const ended = await migrate(directory, ...words);
    assertEquals(ended.code, code, ended.stderr);
    assert(ended.stderr.includes(what) && !ended.stderr.includes("s3cret"), ended.stderr);
  }
});
