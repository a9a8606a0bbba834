/**
 * `server.ts migrate` as people run it: a text directory into a database, and back.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import { markDirectory } from "../../lib/storage/copy_mark.ts";
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

Deno.test({
  name: `migrate: a copy that did not end is refused by servers, and by the next one${
    NO_POSTGRES === undefined ? "" : `: ${NO_POSTGRES}`
  }`,
  ignore: NO_POSTGRES !== undefined,
}, async () => {
  await using postgres = await PrivatePostgres.start();
  await using directory = await TempDir.make();
  const data = `${directory.path}/data`;
  await fill(data);
  const log = new RecordedLog();
  const open = () => openStore({ kind: "postgres", address: postgres.address, log });
  // A database that loses a buddy, and one that takes no rooms.
  const troubles = [
    ["buddies", "RETURN NULL", '"buddies":2'],
    ["rooms", "RAISE EXCEPTION 'no place'", "no place"],
  ] as const;
  for (const [table, what, reason] of troubles) {
    await (await open()).close();
    await postgres.sql(`
      CREATE FUNCTION parley.trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${what}; END $$;
      CREATE TRIGGER trouble BEFORE INSERT ON parley.${table}
        FOR EACH ROW EXECUTE FUNCTION parley.trouble()`);
    const first = await migrate(directory, `text:${data}`, postgres.url);
    assertEquals(first.code, 1);
    assert(first.stderr.includes(reason), first.stderr);
    const again = await migrate(directory, `text:${data}`, postgres.url);
    for (const { stderr } of [first, again]) {
      assert(stderr.includes('run "DROP SCHEMA parley CASCADE" in it and copy again'), stderr);
    }
    await assertRejects(open, OperationalError, "a copy into it was begun and has not ended");
    await postgres.clear();
  }
  assertEquals((await migrate(directory, `text:${data}`, postgres.url)).code, 0);
  await (await open()).close();
});

Deno.test("migrate: half a copy in a directory is refused", async () => {
  await using directory = await TempDir.make();
  const [data, copy] = [`${directory.path}/data`, `${directory.path}/copy`];
  await fill(data);
  assertEquals((await migrate(directory, `text:${data}`, `text:${copy}`)).code, 0);
  await markDirectory(copy, true);
  const open = () =>
    openStore({ kind: "text", directory: copy, clock: Date.now, log: new RecordedLog() });
  await assertRejects(open, OperationalError, `remove "${copy}" and copy again`);
  await markDirectory(copy, false);
  await (await open()).close();
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
