import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserFiles } from "../../lib/client/user_files.ts";
import { OperationalError } from "../../lib/core/errors.ts";
import { TempDir } from "../support/temp_dir.ts";

/** The files of a user in a directory, and what they warn of. */
function filesIn(directory: string | undefined): { files: UserFiles; warnings: string[] } {
  const warnings: string[] = [];
  return { files: new UserFiles(directory, (line) => warnings.push(line)), warnings };
}

Deno.test("a login is remembered, for its owner only and with nothing beside it", async () => {
  await using temp = await TempDir.make();
  const directory = `${temp.path}/new/parley`;
  await filesIn(directory).files.remember("alice@lab");
  const { files, warnings } = filesIn(directory);
  const { user, host } = await files.lastLogin() ?? {};
  assertEquals<unknown>([user, host, warnings], ["alice", "lab", []]);
  assertEquals((await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name), [
    "last.txt",
  ]);
  if (Deno.build.os === "windows") return;
  const modes = [directory, `${directory}/last.txt`].map((path) =>
    Deno.statSync(path).mode! & 0o777
  );
  assertEquals(modes, [0o700, 0o600]);
});

Deno.test("of logins right behind each other the last one is remembered", async () => {
  await using temp = await TempDir.make();
  const { files } = filesIn(temp.path);
  for (const user of ["alice", "bob", "bob", "carol"]) files.remember(`${user}@lab`);
  await files.remember("carol@lab");
  assertEquals<unknown>((await files.lastLogin())?.user, "carol");
  assertEquals(await temp.names(), ["last.txt"]);
});

Deno.test("settings written anew leave those before them beside them", async () => {
  await using temp = await TempDir.make();
  const { files } = filesIn(temp.path);
  await files.writeSettings('{ "bell": "off" }');
  await files.writeSettings('{ "bell": "all" }');
  assertEquals((await files.settings()).get("bell")?.texts, ["all"]);
  assertEquals(
    await Deno.readTextFile(`${temp.path}/client.previous.jsonc`),
    '{ "bell": "off" }',
  );
});

Deno.test("files that are not there are no trouble", async () => {
  await using temp = await TempDir.make();
  for (const directory of [undefined, temp.path]) {
    const { files, warnings } = filesIn(directory);
    assertEquals([await files.lastLogin(), (await files.settings()).size], [undefined, 0]);
    assertEquals(warnings, []);
  }
  await filesIn(undefined).files.remember("alice@lab");
});

const DAMAGE: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ["half a file", new TextEncoder().encode('{ "bell": "of')],
  ["no text", new Uint8Array([0xff, 0xfe, 0x00])],
  ["control characters", new TextEncoder().encode('{ "\x1b[2J": 1 }')],
  ["far too much", new Uint8Array(100_000).fill(32)],
];

for (const [what, bytes] of DAMAGE) {
  Deno.test(`a damaged file is ignored with a warning that names it: ${what}`, async () => {
    await using temp = await TempDir.make();
    await Deno.writeFile(`${temp.path}/client.jsonc`, bytes);
    await Deno.writeFile(`${temp.path}/last.txt`, bytes);
    const { files, warnings } = filesIn(temp.path);
    assertEquals([await files.lastLogin(), (await files.settings()).size], [undefined, 0]);
    assertEquals(warnings.length, 2);
    assertStringIncludes(warnings[0]!, `${temp.path}/last.txt`);
    assertStringIncludes(warnings[1]!, `${temp.path}/client.jsonc`);
    for (const line of warnings) {
      assert(/; ignored \(/.test(line) && !/\p{Cc}/u.test(line), line);
    }
  });
}

Deno.test("a place that cannot be written is one clear error", async () => {
  await using temp = await TempDir.make();
  await Deno.writeTextFile(`${temp.path}/parley`, "a file where the directory should be");
  const { files } = filesIn(`${temp.path}/parley`);
  await assertRejects(() => files.remember("alice@lab"), OperationalError, "Cannot remember");
  await assertRejects(() => files.writeSettings("{}"), OperationalError, "Cannot write");
});
