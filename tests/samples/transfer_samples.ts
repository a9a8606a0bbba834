/**
 * Frames of a file transfer as they cross the wire: docs/protocols/files.md.
 */

import { parseUserId } from "../../lib/core/user_id.ts";
import type { TransferMessage } from "../../lib/wire/transfer.ts";
import { rows, type Sample } from "./sample.ts";

const DIGEST_TEXT = "0123456789abcdef0123456789abcdef";
const DIGEST = Uint8Array.from(DIGEST_TEXT, (character) => character.charCodeAt(0));

const OFFER_TEXT = '{"from":"alice","to":"bob","entries":[' +
  '{"path":["photos"]},{"path":["photos","a.jpg"],"size":3,"modified":1700000000000}]}';

/** A frame: type, length, payload. */
function frame(type: number, payload: string): string {
  const length = String.fromCharCode(
    ...[24, 16, 8, 0].map((shift) => (payload.length >>> shift) & 0xff),
  );
  return String.fromCharCode(type) + length + payload;
}

/** Every kind of message, without the preface. */
export const TRANSFER_SAMPLES: readonly Sample<TransferMessage>[] = rows<TransferMessage>([
  ["an offer of a folder and a file in it", frame(1, OFFER_TEXT), {
    kind: "offer",
    offer: {
      from: parseUserId("alice")!,
      to: parseUserId("bob")!,
      entries: [
        { kind: "folder", path: ["photos"] },
        { kind: "file", path: ["photos", "a.jpg"], size: 3, modified: 1_700_000_000_000 },
      ],
    },
  }],
  ["a yes: two files, more than 4 GiB", frame(2, "\0\0\0\x02\0\0\0\x01\0\0\0\x05"), {
    ...{ kind: "accept", files: 2, bytes: 0x1_0000_0005 },
  }],
  ["a no", frame(3, "\0"), { kind: "refuse", reason: "declined" }],
  ["no room on the disk", frame(3, "\x05"), { kind: "refuse", reason: "space" }],
  ["file 1 from byte 256", frame(4, "\0\0\0\x01\0\0\0\0\0\0\x01\0" + DIGEST_TEXT), {
    ...{ kind: "want", file: 1, from: 256, digest: DIGEST },
  }],
  ["file 1 begins at 0", frame(5, "\0\0\0\x01" + "\0".repeat(8)), {
    ...{ kind: "begin", file: 1, from: 0 },
  }],
  ["bytes of a file", frame(6, "abc"), { kind: "data", bytes: new TextEncoder().encode("abc") }],
  ["the end of a file", frame(7, DIGEST_TEXT), { kind: "end", digest: DIGEST }],
  ["a file that cannot be read", frame(8, "it was cut"), { kind: "broken", reason: "it was cut" }],
  ["a file that was kept", frame(9, "\0\0\x01\0"), { kind: "kept", file: 256 }],
  ["a file that could not be kept", frame(10, "\0\0\0\x01disk full"), {
    ...{ kind: "lost", file: 1, reason: "disk full" },
  }],
  ["all done", frame(11, ""), { kind: "done" }],
  ["a cancel without a reason", frame(12, ""), { kind: "cancel", reason: "" }],
  ["a sign of life", frame(13, ""), { kind: "alive" }],
]);

/** What is no file transfer of version 1, and what the reader says of it. */
export const NO_TRANSFERS: readonly Sample<RegExp>[] = rows<RegExp>([
  ["a later version", "parley-files/2\n", /another version of the protocol \(parley-files\/2\)/],
  ["an HTTP client", "GET / HTTP/1.1\r\n\r\n", /something that is no file transfer/],
  ["no line end", "x".repeat(40), /something that is no file transfer/],
  ["an unknown type", "parley-files/1\n" + frame(14, ""), /unknown type 14/],
  ["type 0", "parley-files/1\n" + frame(0, ""), /unknown type 0/],
  ["an offer beyond the limit", "parley-files/1\n\x01\x00\x40\x00\x01", /offer with 4194305 bytes/],
  ["an offer of 4 GiB", "parley-files/1\n\x01\xff\xff\xff\xff", /offer with 4294967295 bytes/],
  ["data beyond the limit", "parley-files/1\n\x06\x00\x10\x00\x01", /data with 1048577 bytes/],
  ["a digest too short", "parley-files/1\n" + frame(7, "abc"), /end with 3 bytes/],
  ["a done with something in it", "parley-files/1\n" + frame(11, "x"), /done with 1 bytes/],
  ["an unknown refusal", "parley-files/1\n" + frame(3, "\x06"), /refuse that cannot be read/],
  [
    "a size beyond exact numbers",
    "parley-files/1\n" + frame(2, "\0\0\0\x01" + "\xff".repeat(8)),
    /accept that cannot be read/,
  ],
  ["an offer that is no JSON", "parley-files/1\n" + frame(1, "{"), /offer with 1 bytes/],
  ["an offer that is a list", "parley-files/1\n" + frame(1, "[]"), /offer that cannot be read/],
  ["an offer of nothing", offer(""), /offer that cannot be read/],
  ["an empty path", offer('{"path":[]}'), /offer that cannot be read/],
  ["an empty name", offer('{"path":[""],"size":1,"modified":1}'), /offer that cannot be read/],
  ["a name that is a number", offer('{"path":[1],"size":1,"modified":1}'), /cannot be read/],
  ["a negative size", offer('{"path":["a"],"size":-1,"modified":1}'), /cannot be read/],
  ["half a byte", offer('{"path":["a"],"size":0.5,"modified":1}'), /cannot be read/],
  ["a size that is text", offer('{"path":["a"],"size":"1","modified":1}'), /cannot be read/],
  ["a file without a time", offer('{"path":["a"],"size":1}'), /cannot be read/],
  [
    "a name of 1025 bytes",
    offer(`{"path":["${"x".repeat(1025)}"],"size":1,"modified":1}`),
    /cannot be read/,
  ],
  ["33 folders", offer(`{"path":["${Array(33).fill("a").join('","')}"]}`), /cannot be read/],
  [
    "more bytes in all than exact numbers go",
    offer(
      Array(2).fill(`{"path":["a"],"size":${Number.MAX_SAFE_INTEGER},"modified":1}`).join(","),
    ),
    /cannot be read/,
  ],
  ["UTF-8 that is none", "parley-files/1\n" + frame(1, '{"\xff"}'), /cannot be read/],
  [
    "a sender that is no user id",
    "parley-files/1\n" + frame(1, OFFER_TEXT.replace('"alice"', '"../alice"')),
    /cannot be read/,
  ],
]);

function offer(entries: string): string {
  return "parley-files/1\n" + frame(1, `{"from":"alice","to":"bob","entries":[${entries}]}`);
}
