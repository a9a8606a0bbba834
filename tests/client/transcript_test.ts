import { assertEquals, assertThrows } from "@std/assert";
import { transcribe } from "../../lib/client/transcript.ts";
import { OperationalError } from "../../lib/core/errors.ts";
import { FakeTerminal } from "../support/client_terminal.ts";
import { TempDir } from "../support/temp_dir.ts";

Deno.test("transcribe() keeps what is shown, and what is typed behind its prompt, at once", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/transcript.txt`;
  const inner = new FakeTerminal();
  const terminal = transcribe(inner, path);
  const kept = (): string => Deno.readTextFileSync(path);

  terminal.show([{ text: "first", tone: "bad" }, { text: "日本" }]);
  assertEquals(kept(), "first\n日本\n");
  terminal.prompt({ text: "> " });
  assertEquals(kept(), "first\n日本\n", "a prompt nobody answers yet");
  inner.types("R alice\x1b[A");
  assertEquals(await terminal.nextLine(), "R alice\x1b[A");
  assertEquals(kept(), "first\n日本\n> R alice^[[A\n");
  inner.types(undefined);
  assertEquals(await terminal.nextLine(), undefined);
  terminal.close();
  assertEquals(kept(), "first\n日本\n> R alice^[[A\n");
  assertEquals(inner.shown, ["first", "日本", "«> »"]);
  assertEquals(inner.isClosed, true);
  assertEquals(Deno.statSync(path).mode! & 0o777, 0o600, "private messages are in it");
});

Deno.test("transcribe() goes on behind what the file holds", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/transcript.txt`;
  Deno.writeTextFileSync(path, "yesterday\n");
  const terminal = transcribe(new FakeTerminal(), path);
  terminal.show([{ text: "today" }]);
  terminal.close();
  assertEquals(Deno.readTextFileSync(path), "yesterday\ntoday\n");
});

Deno.test("transcribe() names the file it cannot write", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/missing/transcript.txt`;
  const error = assertThrows(() => transcribe(new FakeTerminal(), path), OperationalError);
  assertEquals(error.message.startsWith(`Cannot write the transcript "${path}": `), true);
});
