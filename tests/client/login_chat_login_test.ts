import { assertEquals, assertRejects } from "@std/assert";
import { LoginChatLink } from "../../lib/client/login_chat_link.ts";
import { logIn, type LoginEnd, type LoginWaits } from "../../lib/client/login_chat_login.ts";
import { OperationalError, UnreachableError } from "../../lib/core/errors.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { OrderlyCloser } from "../../lib/net/orderly_close.ts";
import { ChatClient } from "../support/chat_client.ts";
import { FakeTerminal } from "../support/client_terminal.ts";
import { id } from "../support/ids.ts";
import { within } from "../support/within.ts";

/** Where a secret was read. */
const SECRET = "(a secret is typed)";

/** A terminal where these lines are typed, one after another. */
function typing(interactive: boolean, ...lines: readonly (string | undefined)[]): FakeTerminal {
  const terminal = new FakeTerminal(interactive);
  terminal.types(...lines);
  return terminal;
}

/** Plays the server: for each line it expects, what it answers. */
async function playServer(server: ChatClient, script: readonly (readonly [string, string])[]) {
  for (const [expected, answer] of script) {
    assertEquals(await server.line(), expected);
    if (answer !== "") await server.send(answer);
  }
}

/** Logs alice in at a server that goes by a script; `hangUp` ends its side then. */
async function play(
  terminal: FakeTerminal,
  script: readonly (readonly [string, string])[],
  { hangUp = false, waits }: { hangUp?: boolean; waits?: LoginWaits } = {},
): Promise<LoginEnd> {
  const [end, serverEnd] = memoryPair();
  using server = new ChatClient(serverEnd);
  const closer = new OrderlyCloser();
  const link = new LoginChatLink(end, closer);
  const login = logIn(link, id("alice"), terminal, waits);
  login.catch(() => {});
  try {
    await playServer(server, script);
    if (hangUp) await server.finish();
    return await within("the login", login);
  } finally {
    server[Symbol.dispose]();
    await link.close();
    closer.stop();
  }
}

const NEW = ["C LOGIN alice", "C PASSWORD new\n"] as const;
const EXISTING = ["C LOGIN alice", "C PASSWORD existing\n"] as const;

Deno.test("logIn() registers a new name, and logs in with an existing one", async () => {
  const first = typing(false, "secret words");
  const registered = ["C PASSWORD secret words", "C 200 OK registered\n"] as const;
  assertEquals(await play(first, [NEW, registered]), "registered");
  assertEquals(first.shown, ["«alice is new here. Choose a password: »", SECRET]);
  const second = typing(false, "secret words");
  const welcome = ["C PASSWORD secret words", "C 200 OK welcome\n"] as const;
  assertEquals(await play(second, [EXISTING, welcome]), "welcome");
  assertEquals(second.shown, ["«Password for alice: »", SECRET]);
});

Deno.test("logIn() lets a person try another password when one is too short", async () => {
  const terminal = typing(true, "abc", "abc", "secret", "secret");
  const end = await play(terminal, [
    NEW,
    ["C PASSWORD abc", "C 201 INVALID password too short\n"],
    ["C PASSWORD secret", "C 200 OK registered\n"],
  ]);
  assertEquals(end, "registered");
  assertEquals(terminal.shown, [
    ...["«alice is new here. Choose a password: »", SECRET, "«The same once more: »", SECRET],
    "That password was not taken: password too short.",
    ...["«Password for alice: »", SECRET, "«The same once more: »", SECRET],
  ]);
});

Deno.test("logIn() asks a person twice for a new password, and again when the two differ", async () => {
  const terminal = typing(true, "secret", "secert", "secret", "secret");
  const registered = ["C PASSWORD secret", "C 200 OK registered\n"] as const;
  assertEquals(await play(terminal, [NEW, registered]), "registered");
  assertEquals(terminal.shown[4], "That password was not taken: the two are not the same.");
  const known = typing(true, "secret");
  await play(known, [EXISTING, ["C PASSWORD secret", "C 200 OK welcome\n"]]);
  assertEquals(await play(typing(true, "secret", undefined), [NEW]), "given up");
});

Deno.test("logIn() gives up a server that is silent, before a password and after", async () => {
  for (const waits of [{ askMs: 20, verdictMs: 60_000 }, { askMs: 60_000, verdictMs: 20 }]) {
    const script = waits.askMs === 20 ? [["C LOGIN alice", ""]] as const : [EXISTING];
    const login = play(typing(false, "secret"), script, { waits });
    await assertRejects(() => login, UnreachableError, "does not answer within 0.02 s");
  }
});

Deno.test("logIn() does not take the next line of a script for another password", async () => {
  const terminal = typing(false, "abc", "PM");
  const short = ["C PASSWORD abc", "C 201 INVALID password too short\n"] as const;
  await assertRejects(() => play(terminal, [NEW, short]), OperationalError, "password too short");
  assertEquals(await terminal.nextLine(), "PM");
});

Deno.test("logIn() does not send what cannot be a password", async () => {
  const terminal = typing(true, "", "x".repeat(257), "secret", "secret");
  assertEquals(await play(terminal, [NEW, ["C PASSWORD secret", "C 200 OK welcome\n"]]), "welcome");
  assertEquals(terminal.shown[2], "That password was not taken: a password has 1 to 256 bytes.");
  await assertRejects(() => play(typing(false, ""), [NEW]), OperationalError, "1 to 256");
});

for (
  const [answer, error, message] of [
    ["C 401 WRONG PASSWORD\n", OperationalError, "the password is wrong"],
    ["C 409 ALREADY ONLINE\n", OperationalError, "online already"],
    ["C 429 TOO MANY ATTEMPTS\n", OperationalError, "too many attempts"],
    ["C 500 STORAGE\n", OperationalError, "cannot store"],
    ["C 503 SERVER FULL\n", OperationalError, "full"],
    ["C 404 WHAT\n", OperationalError, "WHAT"],
    ["hello\n", OperationalError, "no login chat"],
    ["", UnreachableError, "closed the connection"],
  ] as const
) {
  Deno.test(`logIn() tells what "${answer.trim()}" means, and no password`, async () => {
    const run = () =>
      play(typing(true, "secret"), [EXISTING, ["C PASSWORD secret", answer]], { hangUp: true });
    const told = (await assertRejects(run, Error, message)).message;
    assertEquals(told.includes("secret"), false);
    await assertRejects(run, error as typeof Error);
  });
}

Deno.test("logIn() tells why a name cannot be had, and of a server that is full", async () => {
  const terminal = typing(true);
  const elsewhere = ["C LOGIN alice", "C 201 INVALID in use at another address\n"] as const;
  await assertRejects(
    () => play(terminal, [elsewhere]),
    OperationalError,
    "in use at another address",
  );
  const full = ["C LOGIN alice", "C 503 SERVER FULL\n"] as const;
  await assertRejects(
    () => play(terminal, [full], { hangUp: true }),
    OperationalError,
    "the server is full",
  );
  assertEquals(terminal.shown, []);
});

Deno.test("logIn() does not go on asking when the server has gone", async () => {
  const terminal = typing(true);
  await assertRejects(
    () => play(terminal, [NEW], { hangUp: true }),
    UnreachableError,
    "closed the connection",
  );
  const late = [
    "C LOGIN alice",
    "C PASSWORD new\nC 201 INVALID the login took too long\n",
  ] as const;
  await assertRejects(
    () => play(terminal, [late], { hangUp: true }),
    OperationalError,
    "took too long",
  );
});

Deno.test("logIn() tells of a script that holds no password", async () => {
  const run = (): Promise<LoginEnd> => play(typing(false, undefined), [NEW]);
  await assertRejects(run, OperationalError, "the input ended before its first line");
});

Deno.test("logIn() ends when its user gives up", async () => {
  assertEquals(await play(typing(true, undefined), [NEW]), "given up");
});
