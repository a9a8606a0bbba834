/**
 * Files from one client to another, over real connections and real disks.
 */

import { link } from "../support/link.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { HOSTILE_NAMES } from "../samples/hostile_names.ts";
import { TempDir } from "../support/temp_dir.ts";
import { fileBytes, filesBelow, play } from "../support/transfers.ts";

/** A directory with a folder to send from and one to receive into. */
class Folders implements AsyncDisposable {
  readonly #directory: TempDir;
  readonly from: string;
  readonly to: string;

  private constructor(directory: TempDir) {
    this.#directory = directory;
    this.from = `${directory.path}/from`;
    this.to = `${directory.path}/to`;
  }

  static async make(files: Readonly<Record<string, Uint8Array | string>>): Promise<Folders> {
    const folders = new Folders(await TempDir.make());
    await Deno.mkdir(folders.to);
    for (const [path, content] of Object.entries(files)) {
      const place = `${folders.from}/${path}`;
      await Deno.mkdir(place.slice(0, place.lastIndexOf("/")), { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(place, content);
      else await Deno.writeFile(place, content);
    }
    return folders;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#directory[Symbol.asyncDispose]();
  }
}

Deno.test("a file arrives as it was, with its time, and is confirmed", async () => {
  const bytes = fileBytes(1_000_003);
  await using folders = await Folders.make({ "report.pdf": bytes });
  const when = new Date("2026-01-02T03:04:05Z");
  await Deno.utime(`${folders.from}/report.pdf`, when, when);
  const played = await play([`${folders.from}/report.pdf`], folders.to);
  assertEquals(played.sending, { kind: "done" });
  assertEquals(played.receiving, { kind: "done" });
  assertEquals(played.kept, ["report.pdf"]);
  assertEquals([played.sent, played.received], [bytes.length, bytes.length]);
  assertEquals(await filesBelow(folders.to), new Map([["report.pdf", bytes]]));
  assertEquals((await Deno.stat(`${folders.to}/report.pdf`)).mtime, when);
});

Deno.test("a folder arrives whole: empty files, empty folders, many small ones", async () => {
  const many = Array.from({ length: 100 }, (_, at) => [`many/${at}.txt`, `file ${at}`] as const);
  const files = {
    "photos/a.jpg": fileBytes(300_000),
    "photos/Müller 2/b.jpg": fileBytes(5, 2),
    "photos/nothing": "",
    ...Object.fromEntries(many),
  };
  await using folders = await Folders.make(files);
  await Deno.mkdir(`${folders.from}/photos/empty`);
  const { sending, lost } = await play(
    [`${folders.from}/photos`, `${folders.from}/many/`, `${folders.from}/photos/a.jpg`],
    folders.to,
  );
  assertEquals([sending, lost], [{ kind: "done" }, []]);
  const sent = await filesBelow(folders.from);
  sent.set("a.jpg", files["photos/a.jpg"]);
  assertEquals([...(await filesBelow(folders.to))].sort(), [...sent].sort());
  assert((await Deno.stat(`${folders.to}/photos/empty`)).isDirectory);
});

Deno.test("links inside a folder are not followed, and told of", async () => {
  await using folders = await Folders.make({ "f/a": "a", "secret": "s" });
  await link(`${folders.from}/secret`, `${folders.from}/f/link`);
  await link(`${folders.from}`, `${folders.from}/f/loop`);
  const { sending } = await play([`${folders.from}/f`], folders.to);
  assertEquals(sending, { kind: "done" });
  assertEquals([...(await filesBelow(folders.to)).keys()], ["f/a"]);
});

Deno.test("nothing is overwritten without being asked, and the same file is not kept twice", async () => {
  await using folders = await Folders.make({ "a.txt": "new words", "b.txt": "the same" });
  await Deno.writeTextFile(`${folders.to}/a.txt`, "old words");
  await Deno.writeTextFile(`${folders.to}/b.txt`, "the same");
  const paths = [`${folders.from}/a.txt`, `${folders.from}/b.txt`];
  const read = async (name: string) => await Deno.readTextFile(`${folders.to}/${name}`);

  const first = await play(paths, folders.to);
  assertEquals(first.kept, ["a (2).txt", "b.txt"]);
  assertEquals(first.sent, "new words".length);
  assertEquals([await read("a.txt"), await read("a (2).txt")], ["old words", "new words"]);

  assertEquals((await play(paths, folders.to, { taken: "skip" })).kept, []);
  const asked = await play(paths, folders.to, { taken: "overwrite" });
  assertEquals(asked.kept, ["a.txt", "b.txt"]);
  assertEquals([...(await filesBelow(folders.to)).keys()], ["a (2).txt", "a.txt", "b.txt"]);
  assertEquals(await read("a.txt"), "new words");
});

Deno.test("a folder is never overwritten by a file of its name, which is kept beside it", async () => {
  await using folders = await Folders.make({ "notes": "words" });
  const { from, to } = folders;
  await Deno.mkdir(`${to}/notes/inner`, { recursive: true });
  const played = await play([`${from}/notes`], to, { taken: "overwrite" });
  assertEquals([played.kept, played.lost], [["notes (2)"], []]);
  assertEquals([...(await filesBelow(to)).keys()], ["notes (2)"]);
});

Deno.test("a link in the folder leads nowhere", async () => {
  await using folders = await Folders.make({ "f/a": "a", "b": "b", "elsewhere/x": "x" });
  const { from, to } = folders;
  await link(`${from}/elsewhere`, `${to}/f`);
  await link(`${from}/elsewhere/x`, `${to}/b`);
  const played = await play([`${from}/f`, `${from}/b`], to, { taken: "overwrite" });
  assertEquals(played.sending, { kind: "done" });
  assertEquals(played.lost, ['f/a: "f" is a link here, which is not followed']);
  assertEquals(played.lostThere, played.lost);
  assertEquals(played.kept, ["b"]);
  assertEquals([...(await filesBelow(`${from}/elsewhere`))].length, 1);
  assertEquals(await Deno.readTextFile(`${from}/elsewhere/x`), "x");
  assert((await Deno.lstat(`${to}/b`)).isFile);
});

Deno.test("what is cut off is kept, and resumed where it stopped", async () => {
  const bytes = fileBytes(8_000_000);
  await using folders = await Folders.make({ "big.iso": bytes });
  const { from, to } = folders;
  const cut = await play([`${from}/big.iso`], to, {
    midway: ({ sending }) => sending.cancel("enough"),
  });
  assertEquals(cut.sending, { kind: "cancelled", by: "us", reason: "enough" });
  assertEquals(cut.receiving, { kind: "cancelled", by: "them", reason: "enough" });
  const [part = ""] = (await filesBelow(to)).keys();
  assertMatch(part, /^big\.iso\.[0-9a-f]{8}\.parley-part$/);
  const { size } = await Deno.stat(`${to}/${part}`);
  assert(size > 0);
  const rest = await play([`${from}/big.iso`], to);
  assertEquals(rest.sent, bytes.length - size);
  assertEquals(await filesBelow(to), new Map([["big.iso", bytes]]));
});

Deno.test("a part that is not of this file is not built upon", async () => {
  const bytes = fileBytes(1_000_000);
  await using folders = await Folders.make({ "big.iso": bytes });
  const { from, to } = folders;
  await play([`${from}/big.iso`], to, { midway: ({ receiving }) => receiving.cancel("no") });
  const [part = ""] = (await filesBelow(to)).keys();
  await Deno.writeFile(`${to}/${part}`, fileBytes(500_000, 7));
  const { sent } = await play([`${from}/big.iso`], to);
  assertEquals(sent, bytes.length);
  assertEquals(await filesBelow(to), new Map([["big.iso", bytes]]));
});

Deno.test("a file that is gone when it is resumed is lost alone, and its part stays", async () => {
  const bytes = fileBytes(1_000_000);
  await using folders = await Folders.make({ "big.iso": bytes, "b": "b" });
  const { from, to } = folders;
  await play([`${from}/big.iso`], to, { midway: ({ receiving }) => receiving.cancel("no") });
  const [[part, came] = ["", bytes]] = await filesBelow(to);
  const played = await play([`${from}/big.iso`, `${from}/b`], to, {
    offer(offer) {
      // It opens, and cannot be read.
      Deno.removeSync(`${from}/big.iso`);
      Deno.mkdirSync(`${from}/big.iso`);
      return offer;
    },
  });
  assertEquals(played.sending, { kind: "done" });
  assertEquals(played.kept, ["b"]);
  assertMatch(played.lost[0]!, /^big\.iso: .*directory/);
  assertEquals((await filesBelow(to)).get(part), came);
});

Deno.test("a no is told to the other side", async () => {
  await using folders = await Folders.make({ "a": "a" });
  const played = await play([`${folders.from}/a`], folders.to, {
    answer: (receiving) => receiving.refuse("declined"),
  });
  assertEquals(played.sending, { kind: "refused", reason: "declined" });
  assertEquals(played.receiving, { kind: "refused", reason: "declined" });
});

Deno.test("a file that shrank or went away since it was offered is lost, the others arrive", async () => {
  await using folders = await Folders.make({ "a": "aaaa", "b": "bbbb", "c": "cccc" });
  const { from, to } = folders;
  const played = await play(["a", "b", "c"].map((name) => `${from}/${name}`), to, {
    offer(offer) {
      Deno.truncateSync(`${from}/a`, 2);
      Deno.removeSync(`${from}/b`);
      return offer;
    },
  });
  assertEquals(played.sending, { kind: "done" });
  assertEquals(played.kept, ["c"]);
  assertEquals(played.lost[0], "a: it is shorter than it was when it was offered");
  assertMatch(played.lost[1]!, /^b: .*[Nn]o such file/);
  assertEquals(played.lostThere, played.lost);
});

Deno.test("files of all hostile names arrive, each under its safe one, and nowhere else", async () => {
  const files = Object.fromEntries(HOSTILE_NAMES.map(({ tries }, at) => [`${at}`, tries]));
  await using folders = await Folders.make(files);
  const { from, to } = folders;
  const { sending, lost } = await play(HOSTILE_NAMES.map((_, at) => `${from}/${at}`), to, {
    // Once as files, and once as folders around them.
    offer: (offer) => ({
      ...offer,
      entries: offer.entries.map((entry, at) => {
        const { name } = HOSTILE_NAMES[at]!;
        return { ...entry, path: at % 2 === 0 ? [name] : [name, name] };
      }),
    }),
  });
  assertEquals([sending, lost], [{ kind: "done" }, []]);
  const arrived = await filesBelow(to);
  assertEquals(
    new Map([...arrived].map(([path, bytes]) => [path, new TextDecoder().decode(bytes)])),
    new Map(
      HOSTILE_NAMES.map(({ kept, tries }, at) => [at % 2 === 0 ? kept : `${kept}/${kept}`, tries]),
    ),
  );
  const around = await Array.fromAsync(Deno.readDir(`${to}/..`), ({ name }) => name);
  assertEquals(around.sort(), ["from", "to"]);
});
