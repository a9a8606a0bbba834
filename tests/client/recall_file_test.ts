import { assertEquals } from "@std/assert";
import { openRecallFile } from "../../lib/client/recall_file.ts";
import { TempDir } from "../support/temp_dir.ts";

Deno.test("openRecallFile() keeps lines from run to run, for their owner only", async () => {
  await using home = await TempDir.make();
  const directory = `${home.path}/state/parley`;
  const first = openRecallFile(directory);
  assertEquals(first.lines, []);
  first.add("M bob");
  first.add("S");
  assertEquals(openRecallFile(directory).lines, ["M bob", "S"]);
  if (Deno.build.os === "windows") return;
  assertEquals(Deno.statSync(directory).mode! & 0o777, 0o700);
  assertEquals(Deno.statSync(`${directory}/typed.txt`).mode! & 0o777, 0o600);
});

Deno.test("openRecallFile() uses the last 500 lines, and cuts the file now and then", async () => {
  await using home = await TempDir.make();
  const path = `${home.path}/typed.txt`;
  const lines = Array.from({ length: 1001 }, (_, at) => `line ${at}`);
  await Deno.writeTextFile(path, lines.join("\n") + "\n");
  assertEquals(openRecallFile(home.path).lines, lines.slice(-500));
  assertEquals((await Deno.readTextFile(path)).split("\n").length, 501);
  assertEquals(await home.names(), ["typed.txt"]);
});

Deno.test("openRecallFile(): what cannot be kept is in nobody's way", async () => {
  await using home = await TempDir.make();
  assertEquals(openRecallFile(undefined).lines, []);
  await Deno.writeTextFile(`${home.path}/file`, "");
  const store = openRecallFile(`${home.path}/file`);
  store.add("S");
  assertEquals(store.lines, []);
  const kept = openRecallFile(home.path);
  kept.add("x".repeat(2000));
  assertEquals(openRecallFile(home.path).lines, [], "no line of such a length");
});
