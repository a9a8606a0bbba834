import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_CHAT_FRAME_BYTES } from "../../lib/core/limits.ts";
import {
  CHAT_REPLIES,
  chatReply,
  encodeChatAnswer,
  encodeChatMessage,
  encodeChatUsers,
  parseChatAnswer,
  type ServerAnswer,
} from "../../lib/wire/login_chat_answer.ts";
import { CHAT_ANSWER_SAMPLES, STRANGE_ANSWER_SAMPLES } from "../samples/login_chat_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { join, trickyBytes } from "./cuttings.ts";
import { userIds } from "./user_ids.ts";

for (const { name, bytes, expected } of [...CHAT_ANSWER_SAMPLES, ...STRANGE_ANSWER_SAMPLES]) {
  Deno.test(`parseChatAnswer(): ${name}`, { permissions: "none" }, () => {
    assertEquals(parseChatAnswer(bytes), expected);
  });
}

for (const { name, bytes, expected } of CHAT_ANSWER_SAMPLES) {
  Deno.test(`encodeChatAnswer(): ${name}`, { permissions: "none" }, () => {
    assertEquals(encodeChatAnswer(expected as ServerAnswer), join([bytes, latin1("\n")]));
  });
}

const texts = fc.string({ unit: "binary", maxLength: 40 }).filter((text) => !/[\r\n]/.test(text));

const answers = fc.oneof(
  fc.record({ kind: fc.constant("password"), isNew: fc.boolean() }),
  fc.record({ kind: fc.constant("ready") }),
  fc.record({ kind: fc.constant("users"), names: fc.array(userIds), more: fc.boolean() }),
  fc.record({ kind: fc.constant("reply"), code: fc.integer({ min: 200, max: 599 }), words: texts }),
  fc.record({ kind: fc.constantFrom("ping", "pong"), text: texts }),
  fc.record({ kind: fc.constantFrom("public", "direct"), from: userIds, text: texts }),
) as fc.Arbitrary<ServerAnswer>;

Deno.test("encodeChatAnswer() writes one line that reads back as the same answer", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(answers, (answer) => {
    const bytes = encodeChatAnswer(answer);
    assertEquals(bytes.indexOf(10), bytes.length - 1);
    assertEquals(parseChatAnswer(bytes.subarray(0, -1)), answer);
  }));
});

Deno.test("chatReply() is the reply of that line", { permissions: "none" }, () => {
  assertEquals(chatReply(CHAT_REPLIES.bye), { kind: "reply", code: 200, words: "BYE" });
  for (const text of Object.values(CHAT_REPLIES)) {
    assertEquals(encodeChatAnswer(chatReply(text)), latin1(`C ${text}\n`));
  }
});

Deno.test("parseChatAnswer() never throws, whatever the bytes", { permissions: "none" }, () => {
  const words = fc.constantFrom("C ", "D ", "PM ", "USERS ", "200 ", " ", "+").map(latin1);
  const line = fc.array(fc.oneof(words, trickyBytes(12)), { maxLength: 8 }).map(join);
  fc.assert(fc.property(line, (bytes) => void parseChatAnswer(bytes)), { numRuns: 2000 });
});

Deno.test("encodeChatMessage() refuses what is longer with the sender's name than a frame", {
  permissions: "none",
}, () => {
  const room = MAX_CHAT_FRAME_BYTES - "D PM alice \n".length;
  for (const kind of ["public", "direct"] as const) {
    const fits = encodeChatMessage({ kind, from: "alice", text: "x".repeat(room) });
    assertEquals(fits?.length, MAX_CHAT_FRAME_BYTES);
    const text = "x".repeat(room - 1) + "\u00e9";
    assertEquals(encodeChatMessage({ kind, from: "alice", text }), undefined);
  }
});

/** The names in what a client reads as the answer to WHO, and how long the frames are. */
function readUsers(bytes: Uint8Array): { names: string[]; lengths: number[]; whole: boolean } {
  const names: string[] = [];
  const lengths: number[] = [];
  let whole = false;
  for (const line of new TextDecoder().decode(bytes).split("\n").slice(0, -1)) {
    assert(!whole, "nothing follows the last frame");
    const answer = parseChatAnswer(latin1(line));
    assert(answer.kind === "users");
    names.push(...answer.names);
    lengths.push(line.length + 1);
    whole = !answer.more;
  }
  return { names, lengths, whole };
}

Deno.test("encodeChatUsers() names everybody, in frames that are never too long", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(fc.array(userIds, { maxLength: 600, size: "max" }), (users) => {
    const { names, lengths, whole } = readUsers(encodeChatUsers(users));
    assertEquals(names, users);
    assert(whole);
    assert(lengths.every((length) => length <= MAX_CHAT_FRAME_BYTES), String(lengths));
  }));
  assertEquals(encodeChatUsers([]), latin1("C USERS\n"));
  assertEquals(encodeChatUsers(["bob", "carol"]), latin1("C USERS bob carol\n"));
});

Deno.test("encodeChatUsers() fills a frame as far as it goes", { permissions: "none" }, () => {
  const users = Array.from({ length: 300 }, (_, index) => `u${String(index).padStart(31, "0")}`);
  const { lengths } = readUsers(encodeChatUsers(users));
  assert(lengths.slice(0, -1).every((length) => length > MAX_CHAT_FRAME_BYTES - 33));
});
