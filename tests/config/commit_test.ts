import { assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import { commitOfSources } from "../../lib/config/commit.ts";
import { TempDir } from "../support/temp_dir.ts";

const COMMIT = "58de0843d2deaa9fb5a1c5f0e7b3a1c2d4e6f801";

/** What is told of a directory with these files. */
async function toldOf(files: Readonly<Record<string, string>>): Promise<string> {
  await using directory = await TempDir.make();
  for (const [name, text] of Object.entries(files)) {
    const path = `${directory.path}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text.replaceAll("HERE", directory.path));
  }
  return await commitOfSources(pathToFileURL(`${directory.path}/src/`));
}

for (
  const [name, files, told] of [
    ["a branch", {
      "src/.git/HEAD": "ref: refs/heads/issue-1/a\n",
      "src/.git/refs/heads/issue-1/a": `${COMMIT}\n`,
    }, "58de0843d2de"],
    ["a commit without a branch", { "src/.git/HEAD": `${COMMIT}\n` }, "58de0843d2de"],
    ["a branch among packed ones", {
      "src/.git/HEAD": "ref: refs/heads/main\n",
      "src/.git/packed-refs": `# pack-refs with: peeled\n${
        "0".repeat(40)
      } refs/heads/not-main\n${COMMIT} refs/heads/main\n`,
    }, "58de0843d2de"],
    ["one of several work trees", {
      "src/.git": "gitdir: HERE/a b/.git/worktrees/src\n",
      "a b/.git/worktrees/src/HEAD": "ref: refs/heads/main\n",
      "a b/.git/worktrees/src/commondir": "../..\n",
      "a b/.git/refs/heads/main": `${COMMIT}\n`,
    }, "58de0843d2de"],
    ["no git", { "src/server.ts": "" }, "unknown"],
    ["a branch without a commit", { "src/.git/HEAD": "ref: refs/heads/main\n" }, "unknown"],
    ["a head that leads outside", {
      "src/.git/HEAD": "ref: ../../secret\n",
      "secret": `${COMMIT}\n`,
    }, "unknown"],
    ["what is no commit", { "src/.git/HEAD": "\x1b[2J\n" }, "unknown"],
  ] as const
) {
  Deno.test(`commitOfSources(): ${name}`, async () => assertEquals(await toldOf(files), told));
}

Deno.test("commitOfSources() without permission to read does not know", {
  permissions: "none",
}, async () => {
  assertEquals(await commitOfSources(new URL("../../", import.meta.url)), "unknown");
});
