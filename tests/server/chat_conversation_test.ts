/** The state table of protocols/login-chat.md, each row a test, and what is out of turn. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_CHAT_FRAME_BYTES } from "../../lib/core/limits.ts";
import {
  afterLogin,
  afterLookUp,
  type ChatAct,
  type ChatState,
  type LoginResult,
  step,
} from "../../lib/server/chat_conversation.ts";
import { encodeChatAnswer } from "../../lib/wire/login_chat_answer.ts";
import { parseChatRequest } from "../../lib/wire/login_chat_request.ts";
import { CHAT_REQUEST_SAMPLES } from "../samples/login_chat_samples.ts";
import { id } from "../support/ids.ts";

const user = id("alice");
const NEW: ChatState = { kind: "new" };
const PASSWORD: ChatState = { kind: "password", user };
const IDLE: ChatState = { kind: "idle", user };
const PUBLIC: ChatState = { kind: "public", user };
const DIRECT: ChatState = { kind: "direct", user };
const STATES = [NEW, PASSWORD, IDLE, PUBLIC, DIRECT];

/** An act as people read it: answers and frames as their text. */
function shown(act: ChatAct): unknown {
  switch (act.kind) {
    case "answer":
      return new TextDecoder().decode(encodeChatAnswer(act.answer));
    case "close":
      return `${new TextDecoder().decode(encodeChatAnswer(act.answer))}(close)`;
    case "say":
    case "tell":
      return { ...act, frame: new TextDecoder().decode(act.frame) };
    default:
      return act;
  }
}

/** What a line leads to. */
function send(
  state: ChatState,
  line: string,
): { readonly state: ChatState; readonly act: unknown } {
  const next = step(state, parseChatRequest(new TextEncoder().encode(line)));
  return { state: next.state, act: shown(next.act) };
}

const ROWS: readonly (readonly [ChatState, string, unknown, ChatState])[] = [
  [NEW, "C LOGIN alice", { kind: "look up", user }, NEW],
  [
    PASSWORD,
    "C PASSWORD secret words",
    { kind: "log in", user, password: "secret words" },
    PASSWORD,
  ],
  [IDLE, "C PM", "C READY\n", PUBLIC],
  [IDLE, "C BM", "C READY\n", PUBLIC],
  [PUBLIC, "D hello all", { kind: "say", user, frame: "D PM alice hello all\n" }, IDLE],
  [IDLE, "C DM", { kind: "list", user }, DIRECT],
  [DIRECT, "D bob psst", { kind: "tell", user, to: "bob", frame: "D DM alice psst\n" }, IDLE],
  [PUBLIC, "D ", "C 201 INVALID the message is empty\n", PUBLIC],
  [DIRECT, "D ", "C 201 INVALID the message is empty\n", DIRECT],
  [PASSWORD, "C PASSWORD ", "C 201 INVALID a password has 1 to 256 bytes\n", PASSWORD],
  [PUBLIC, "C CANCEL", "C 200 OK\n", IDLE],
  [DIRECT, "C CANCEL", "C 200 OK\n", IDLE],
  [IDLE, "C WHO", { kind: "list", user }, IDLE],
  ...STATES.flatMap((state) =>
    [
      [state, "C EX", "C 200 BYE\n(close)", state],
      [state, "C PING x y", "C PONG x y\n", state],
      [state, "C PING", "C PONG\n", state],
      [state, "C PONG x", { kind: "nothing" }, state],
      [state, "C HELLO", "C 201 INVALID unknown command\n", state],
      [state, "", 'C 201 INVALID expected "C" and a command, or "D" and a message\n', state],
    ] as const
  ),
];

for (const [state, line, act, next] of ROWS) {
  Deno.test(`in ${state.kind}, "${line}"`, { permissions: "none" }, () => {
    assertEquals(send(state, line), { state: next, act });
  });
}

const AFTER_LOOKUP = [
  ["new", "C PASSWORD new\n", PASSWORD],
  ["existing", "C PASSWORD existing\n", PASSWORD],
  [
    "elsewhere",
    "C 201 INVALID this name has no password yet, and is in use at another address: " +
    "log in from there first\n",
    NEW,
  ],
  ["not stored", "C 500 STORAGE\n(close)", PASSWORD],
] as const;

for (const [standing, act, next] of AFTER_LOOKUP) {
  Deno.test(`after a look-up: ${standing}`, { permissions: "none" }, () => {
    const { state, act: found } = afterLookUp(user, standing);
    assertEquals({ state, act: shown(found) }, { state: next, act });
  });
}

const AFTER_LOGIN: Readonly<Record<LoginResult, readonly [string, ChatState]>> = {
  "registered": ["C 200 OK registered\n", IDLE],
  "welcome": ["C 200 OK welcome\n", IDLE],
  "too short": ["C 201 INVALID password too short\n", PASSWORD],
  "elsewhere": [AFTER_LOOKUP[2][1], PASSWORD],
  "wrong": ["C 401 WRONG PASSWORD\n(close)", PASSWORD],
  "already online": ["C 409 ALREADY ONLINE\n(close)", PASSWORD],
  "too many attempts": ["C 429 TOO MANY ATTEMPTS\n(close)", PASSWORD],
  "too many names": ["C 429 TOO MANY ATTEMPTS\n(close)", PASSWORD],
  "taken": ["C 201 INVALID somebody else has just registered this name\n", PASSWORD],
  "gone": ["C 201 INVALID the connection ended before the login had its turn\n(close)", PASSWORD],
  "not stored": ["C 500 STORAGE\n(close)", PASSWORD],
  "busy": ["C 503 SERVER FULL\n(close)", PASSWORD],
};

for (const [result, [act, next]] of Object.entries(AFTER_LOGIN)) {
  Deno.test(`after a login: ${result}`, { permissions: "none" }, () => {
    const { state, act: found } = afterLogin(user, result as LoginResult);
    assertEquals({ state, act: shown(found) }, { state: next, act });
  });
}

/** Requests and the states where they are in turn; elsewhere they change nothing. */
const TURNS: readonly (readonly [string, readonly ChatState[]])[] = [
  ["C LOGIN bob", [NEW]],
  ["C PASSWORD secret", [PASSWORD]],
  ["C PASSWORD", [PASSWORD]],
  ["C PM", [IDLE]],
  ["C DM", [IDLE]],
  ["C WHO", [IDLE]],
  ["C CANCEL", [PUBLIC, DIRECT]],
  ["D bob hello", [PUBLIC, DIRECT]],
  ["D ", [PUBLIC, DIRECT]],
];

for (const [line, turns] of TURNS) {
  for (const state of STATES.filter((state) => !turns.includes(state))) {
    Deno.test(`in ${state.kind}, "${line}" is out of turn`, { permissions: "none" }, () => {
      const { state: next, act } = send(state, line);
      assertEquals(next, state);
      assert(String(act).startsWith("C 201 INVALID out of turn: expected "), String(act));
    });
  }
}

Deno.test("a message is refused when it does not fit a frame with its sender's name", {
  permissions: "none",
}, () => {
  const room = MAX_CHAT_FRAME_BYTES - "D PM alice \n".length;
  for (const [state, before] of [[PUBLIC, "D "], [DIRECT, "D bob "]] as const) {
    assertEquals(send(state, before + "x".repeat(room)).state, IDLE);
    const { state: next, act } = send(state, before + "x".repeat(room + 1));
    assertEquals(next, state);
    assert(String(act).startsWith("C 201 INVALID the message is too long"), String(act));
  }
});

Deno.test("a direct message to nobody who can exist changes nothing", {
  permissions: "none",
}, () => {
  for (const line of ["D ../x psst", "D bob", "D  bob psst"]) {
    const { state, act } = send(DIRECT, line);
    assertEquals(state, DIRECT);
    assert(String(act).startsWith("C 201 INVALID "), String(act));
  }
});

Deno.test("step() has an act for every state and every line, and no password in an answer", {
  permissions: "none",
}, () => {
  const lines = fc.constantFrom(...CHAT_REQUEST_SAMPLES.map(({ bytes }) => bytes));
  fc.assert(fc.property(fc.constantFrom(...STATES), lines, (state, line) => {
    const { act } = step(state, parseChatRequest(line));
    if (act.kind === "answer") assert(!String(shown(act)).includes("secret"));
  }));
});
