import { assertEquals } from "@std/assert";
import * as screens from "../../lib/client/transfer_screens.ts";
import { hasRoom, missingBytes, type Survey } from "../../lib/client/transfer_survey.ts";
import { type Occupied, TransferTarget } from "../../lib/client/transfer_target.ts";
import type { OfferedEntry } from "../../lib/wire/transfer_offer.ts";
import { TempDir } from "../support/temp_dir.ts";
import { BOB } from "../support/transfers.ts";

const file = (name: string, size: number): OfferedEntry & { kind: "file" } => ({
  ...{ kind: "file", path: [name], size, modified: 0 },
});

async function surveyed(size: number, occupied: Occupied, freeBytes = 1e9): Promise<Survey> {
  await using directory = await TempDir.make();
  const target = await TransferTarget.open(directory.path);
  Object.defineProperty(target, "directory", { value: "/srv/in" });
  const planned = { number: 0, file: file("a", size), path: ["a"], part: "a-part", occupied };
  return {
    ...{ target, files: [planned], folders: [], bytes: size, freeBytes },
    partialBytes: occupied.kind === "partial" ? occupied.bytes : 0,
    taken: occupied.kind === "taken" ? 1 : 0,
  };
}

Deno.test("contentText() says what is sent, and nothing raw", () => {
  const folder: OfferedEntry = { kind: "folder", path: ["photos"] };
  const inner: OfferedEntry = { ...file("", 48_213), path: ["photos", "a.jpg"] };
  const table: readonly (readonly [readonly OfferedEntry[], string])[] = [
    [[file("big.iso", 1_234_567_890)], "big.iso (1.2 GB)"],
    [[folder], "photos (0 files, 0 bytes)"],
    [[folder, inner], "photos (1 file, 48 kB)"],
    [
      [folder, inner, file("b", 1), file("c", 1), file("d", 1)],
      "photos, b, c and 1 more (4 files, 48 kB)",
    ],
    [[file("\x1b[2J\u202e", 1)], "^[[2J<U+202E> (1 byte)"],
    [[file("x".repeat(100), 1)], `${"x".repeat(40)}...${"x".repeat(15)} (1 byte)`],
  ];
  for (const [entries, text] of table) assertEquals(screens.contentText(entries), text);
});

Deno.test("an offer names its sender as far as the server does, and what is there already", async () => {
  const entries = [file("a", 100)];
  const lines = async (by: screens.OfferedBy, occupied: Occupied): Promise<string[]> => {
    const survey = await surveyed(100, occupied);
    return [...screens.offeredLines(by, entries, survey), screens.answersLine(survey)]
      .map(({ text }) => text);
  };
  const bob = { kind: "buddy", name: "bob" } as const;
  assertEquals(await lines(bob, { kind: "free" }), [
    "bob wants to send you a (100 bytes), into /srv/in.",
    "/accept takes it, /decline does not.",
  ]);
  const unsure = { kind: "unsure", name: "bob", ip: "192.0.2.9" } as const;
  assertEquals(await lines(unsure, { kind: "taken", bytes: 5 }), [
    "Somebody at 192.0.2.9, saying to be bob (which the server does not confirm), wants to send " +
    "you a (100 bytes), into /srv/in.",
    "One of its names is taken there: what differs gets a new one.",
    "/accept takes it, /accept overwrite replaces what is there, /decline does not.",
  ]);
  assertEquals(await lines(bob, { kind: "partial", bytes: 94 }), [
    "bob wants to send you a (100 bytes), into /srv/in.",
    "Resume? 94 % of it is here: /accept goes on where it stopped, /decline does not.",
  ]);
  const partial = await surveyed(100, { kind: "partial", bytes: 94 });
  assertEquals(screens.answerQuestion(partial), "Resume at 94 %? [y/N] ");
  const taken = await surveyed(100, { kind: "taken", bytes: 5 });
  assertEquals(screens.answerQuestion(taken), "Take it? [y/N, o to overwrite] ");
});

Deno.test("both ends are told where a transfer goes on", async () => {
  const resuming = async (occupied: Occupied): Promise<string[]> =>
    screens.resumingLines(await surveyed(300, occupied)).map(({ text }) => text);
  assertEquals(await resuming({ kind: "partial", bytes: 75 }), ["Resuming at 25 %."]);
  assertEquals(await resuming({ kind: "free" }), []);
  const accepted = (files: number, bytes: number): string =>
    screens.acceptedLine(BOB, { files, bytes }, { files: 2, bytes: 300 }).text;
  assertEquals(accepted(2, 225), "bob takes it, and has 25 % of it already.");
  assertEquals(accepted(2, 300), "bob takes it.");
  assertEquals(accepted(2, 299), "bob takes it.", "next to nothing is here");
  assertEquals(accepted(1, 300), "bob takes 1 of 2 files.");
});

Deno.test("of many places ten are told, and how many more there are", () => {
  const places = Array.from({ length: 13 }, (_, number) => `/srv/in/${number}`);
  const told = screens.keptLines(places).map(({ text }) => text);
  assertEquals([told.length, told[9], told[10]], [11, "  /srv/in/9", "  and 3 more"]);
  assertEquals(screens.keptLines(places.slice(0, 10)).length, 10);
});

Deno.test("an offer that comes too many names its sender as far as the server does", () => {
  assertEquals(
    screens.busyLine({ kind: "buddy", name: "bob" }).text,
    "bob offered you files, and was told that you are busy.",
  );
  assertEquals(
    screens.busyLine({ kind: "unsure", name: "bob", ip: "192.0.2.9" }).text,
    "Somebody at 192.0.2.9, saying to be bob, offered you files, and was told that you are busy.",
  );
});

Deno.test("what is missing must fit: parts and what is there already count", async () => {
  const room = async (
    occupied: Occupied,
    freeBytes: number,
  ): Promise<readonly [number, boolean]> => {
    const survey = await surveyed(100, occupied, freeBytes);
    return [missingBytes(survey.files), hasRoom(survey)];
  };
  assertEquals(await room({ kind: "free" }, 100), [100, true]);
  assertEquals(await room({ kind: "free" }, 99), [100, false]);
  assertEquals(await room({ kind: "partial", bytes: 60 }, 40), [40, true]);
  assertEquals(await room({ kind: "partial", bytes: 60 }, 39), [40, false]);
  assertEquals(await room({ kind: "partial", bytes: 101 }, 99), [100, false]);
  assertEquals(await room({ kind: "taken", bytes: 100 }, 0), [0, true]);
  assertEquals(await room({ kind: "taken", bytes: 7 }, 99), [100, false]);
  const by = { kind: "unsure", name: "bob", ip: "192.0.2.9" } as const;
  assertEquals(
    screens.noRoomLine(by, [file("a", 100)], await surveyed(100, { kind: "free" }, 7)).text,
    "Somebody at 192.0.2.9 wants to send you a (100 bytes), but it needs 100 bytes and /srv/in " +
      "has 7 bytes left.",
  );
});

Deno.test("every end of a transfer is told at both ends", () => {
  const counts = { files: 2, kept: 2, lost: 0, summary: "34 MB in 3 s, 11 MB/s" };
  const sent = (end: Parameters<typeof screens.sentLine>[1], lost = 0, kept = 2): string =>
    screens.sentLine(BOB, end, { ...counts, lost, kept }).text;
  const received = (end: Parameters<typeof screens.receivedLine>[1], lost = 0): string =>
    screens.receivedLine("bob", end, { ...counts, lost }).text;
  assertEquals(sent({ kind: "done" }), "Sent, and checked by bob: 2 files, 34 MB in 3 s, 11 MB/s.");
  assertEquals(sent({ kind: "done" }, 0, 0), "Not sent: bob wants none of it.");
  assertEquals(sent({ kind: "done" }, 1), "Sent 2 files to bob, 1 not.");
  assertEquals(received({ kind: "done" }, 1), "Received 2 files from bob, 1 not.");
  assertEquals(
    sent({ kind: "refused", reason: "space" }),
    "Not sent: bob has not enough room for it.",
  );
  assertEquals(
    sent({ kind: "lost", why: "the other side hung up" }),
    "(not delivered) to bob: the other side hung up; send it again to resume.",
  );
  assertEquals(
    received({ kind: "lost", why: "the other side hung up" }),
    "Not all came from bob: the other side hung up; what is here is kept, to resume.",
  );
  assertEquals(
    sent({ kind: "cancelled", by: "them", reason: "\x07" }),
    "bob cancelled the files: ^G.",
  );
  assertEquals(
    received({ kind: "cancelled", by: "us", reason: "" }),
    "Cancelled the files from bob.",
  );
  assertEquals(
    received({ kind: "refused", reason: "unanswered" }),
    "bob was not answered in time; the files were turned down.",
  );
});
