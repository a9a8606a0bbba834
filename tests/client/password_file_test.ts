import { assertEquals, assertRejects } from "@std/assert";
import { passwordInFile } from "../../lib/client/password_file.ts";
import { OperationalError } from "../../lib/core/errors.ts";
import { TempDir } from "../support/temp_dir.ts";

/** Reads a file of these bytes, and what was told of it. */
async function reading(
  bytes: string | readonly number[],
  mode = 0o600,
): Promise<{ password: string; told: readonly string[] }> {
  await using temp = await TempDir.make();
  const path = `${temp.path}/secret`;
  const content = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  await Deno.writeFile(path, new Uint8Array(content), { mode });
  await Deno.chmod(path, mode);
  const told: string[] = [];
  const password = await passwordInFile(path, (line) => told.push(line.replace(temp.path, "")));
  return { password, told };
}

async function refusal(bytes: string | readonly number[]): Promise<string> {
  const { message } = await assertRejects(() => reading(bytes), OperationalError);
  return message.slice(message.indexOf(": ") + 2);
}

Deno.test("the first line of a file is the password, however the line ends", async () => {
  const long = "x".repeat(256);
  for (
    const [text, password] of [
      ["secret words\n", "secret words"],
      ["secret words\r\nmore\n", "secret words"],
      ["  secret \n", "  secret "],
      ["s\rw", "s\rw"],
      ["p\u00e4ss", "p\u00e4ss"],
      ["\ufeffsecret\r\n", "secret"],
      ["\ufeff\ufeffsecret", "\ufeffsecret"],
      [`\ufeff${long}\r\n`, long],
    ] as const
  ) assertEquals((await reading(text)).password, password);
});

Deno.test("what is no password is refused: not UTF-8, nothing, too much", async () => {
  assertEquals(
    await refusal([0x70, 0xe4, 0x73, 0x73, 0x77, 10]),
    "it is not UTF-8, as passwords are: save the file so",
  );
  const size = "a password has 1 to 256 bytes";
  assertEquals(await refusal(""), size);
  assertEquals(await refusal("\nsecret\n"), size);
  assertEquals(await refusal("x".repeat(257)), size);
  assertEquals(await refusal("x".repeat(100_000)), size);
});

Deno.test("a file that others may read is told of, and used", {
  ignore: Deno.build.os === "windows",
}, async () => {
  assertEquals((await reading("secret", 0o600)).told, []);
  for (const mode of [0o640, 0o604, 0o644]) {
    const { password, told } = await reading("secret", mode);
    assertEquals(password, "secret");
    assertEquals(told, [
      'Others on this machine may read the password in "/secret": chmod 600',
    ]);
  }
});
