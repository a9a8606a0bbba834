import { assertEquals, assertRejects } from "@std/assert";
import {
  askForPassword,
  passwordsFrom,
  type SecretTerminal,
} from "../../lib/client/password_questions.ts";
import { OperationalError } from "../../lib/core/errors.ts";
import { id } from "../support/ids.ts";
import { TempDir } from "../support/temp_dir.ts";

const [ALICE, BOB] = [id("alice"), id("bob")];
const PROMPT = { text: "Password: ", tone: "plain" } as const;

/** A terminal at which these secrets are typed, and what it showed. */
class Typist implements SecretTerminal {
  readonly shown: string[] = [];
  prompts = 0;
  readonly #secrets: string[];

  constructor(readonly hidesSecrets: boolean, ...secrets: readonly string[]) {
    this.#secrets = [...secrets];
  }

  show(lines: readonly { readonly text: string }[]): void {
    this.shown.push(...lines.map(({ text }) => text));
  }

  prompt(): void {
    this.prompts++;
  }

  nextSecret(): Promise<string | undefined> {
    return Promise.resolve(this.#secrets.shift());
  }
}

Deno.test("a person types a new password until two are the same, a script types it once", async () => {
  const person = new Typist(true, "secret", "secrte", "", "x".repeat(257), "secret", "secret");
  const question = { prompt: PROMPT, isNew: true };
  assertEquals(await askForPassword(person, question), { kind: "typed", password: "secret" });
  assertEquals([person.prompts, person.shown.length], [6, 3]);
  const script = new Typist(false, "secret");
  assertEquals(await askForPassword(script, question), { kind: "typed", password: "secret" });
  assertEquals(script.prompts, 1);
});

Deno.test("who gives up is not asked again, and a script is told what was wrong", async () => {
  const question = { prompt: PROMPT, isNew: false };
  assertEquals(await askForPassword(new Typist(true), question), { kind: "given up" });
  assertEquals((await askForPassword(new Typist(false), question)).kind, "unusable");
  assertEquals((await askForPassword(new Typist(false, ""), question)).kind, "unusable");
});

Deno.test("a file is read once, for its owner, and others are asked", async () => {
  await using temp = await TempDir.make();
  const path = `${temp.path}/secret`;
  await Deno.writeTextFile(path, "alice words\n", { mode: 0o644 });
  await Deno.chmod(path, 0o644);
  const person = new Typist(true, "bob words");
  const ask = passwordsFrom(person, { path, user: ALICE });
  assertEquals(await ask(ALICE, false), "alice words");
  await Deno.remove(path);
  assertEquals(await ask(ALICE, false), "alice words");
  assertEquals(await ask(BOB, false), "bob words");
  assertEquals(person.shown.length, Deno.build.os === "windows" ? 0 : 1, "others may read it");
});

Deno.test("with -, a script's terminal gives its next line; with nothing nobody is asked", async () => {
  const ask = passwordsFrom(new Typist(false, "alice words"), { path: "-", user: ALICE });
  assertEquals(await ask(ALICE, false), "alice words");
  const nobody = passwordsFrom(undefined, { path: undefined, user: ALICE });
  await assertRejects(() => nobody(ALICE, false), OperationalError, "--password-file");
});
