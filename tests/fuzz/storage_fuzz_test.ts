/** What is read back from disks, and names that come from anywhere. */

import { assert, assertEquals } from "@std/assert";
import { decodeFileName, encodeFileName } from "../../lib/core/file_name.ts";
import { parseMemberName, parseRoomName } from "../../lib/core/room_name.ts";
import { visibleText } from "../../lib/core/visible_text.ts";
import type { StoreChange } from "../../lib/storage/store.ts";
import { encodeRecord, parseRecord } from "../../lib/storage/text_record.ts";
import { CHAT_REQUEST_SAMPLES } from "../samples/login_chat_samples.ts";
import { id } from "../support/ids.ts";
import { journalLines } from "../support/journals.ts";
import { fuzz } from "./fuzz.ts";

const CHANGES: readonly StoreChange[] = [
  { kind: "register", user: id("alice") },
  { kind: "add", user: id("alice"), buddy: id("bob") },
  { kind: "set password", user: id("alice"), hash: "scrypt$15$8$3$c2FsdA$aGFzaA" },
  { kind: "create room", room: "the lab", host: "Ann B.", hash: undefined },
  { kind: "join room", room: "Küche", member: "\u{1f600}", token: "token", ip: "fe80::1%eth0" },
];

const LINES = journalLines(CHANGES).map((line) => new TextEncoder().encode(line.trimEnd()));

fuzz("records of the journal", LINES, (line) => {
  const record = parseRecord(line);
  if (typeof record === "string") return;
  // A line with a fitting checksum is one that was written, word for word.
  const [, time = ""] = new TextDecoder().decode(line).split(" ");
  const written = encodeRecord(record.sequence, record.entry, time);
  assertEquals(parseRecord(new TextEncoder().encode(written.trimEnd())), {
    ...record,
    checksum: written.trimEnd().slice(-8),
  });
});

const TEXTS = CHAT_REQUEST_SAMPLES.map(({ bytes }) => bytes);

fuzz("names and texts", TEXTS, (bytes) => {
  const text = new TextDecoder().decode(bytes);
  const shown = visibleText(text);
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(shown));
  const fileName = encodeFileName(text);
  assert(/^[a-z0-9_%~.-]{1,200}$/.test(fileName) && !/^[.-]|\.$/.test(fileName), fileName);
  assert(!/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/.test(fileName), fileName);
  if (!fileName.includes("~")) assertEquals(decodeFileName(fileName), text);
  decodeFileName(text);
  for (const name of [parseRoomName(text), parseMemberName(text)]) {
    // deno-lint-ignore no-control-regex
    assert(name === undefined || /^[^\x00-\x1f\x7f]{1,64}$/u.test(name), text);
  }
});
