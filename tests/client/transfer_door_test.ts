/**
 * The door files come in at, for senders at an address that is counted.
 */

import { assertEquals } from "@std/assert";
import type { IncomingFiles } from "../../lib/client/incoming_files.ts";
import type { ScreenLine } from "../../lib/client/screen_line.ts";
import { TransferDoor } from "../../lib/client/transfer_door.ts";
import { TransferLink } from "../../lib/client/transfer_link.ts";
import { Sending, type SendingEnd } from "../../lib/client/transfer_sending.ts";
import type { OfferedBy } from "../../lib/client/transfer_screens.ts";
import { TRANSFER_LIMITS } from "../../lib/core/limits.ts";
import type { ByteStream } from "../../lib/core/ports.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { OrderlyCloser } from "../../lib/net/orderly_close.ts";
import { HeldTime } from "../support/held_time.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { ALICE, BOB } from "../support/transfers.ts";
import { within } from "../support/within.ts";

const FILE = { kind: "file", path: ["notes.txt"], size: 5, modified: 0 } as const;
const BUDDY: OfferedBy = { kind: "buddy", name: "alice" };
const STRANGER: OfferedBy = { kind: "unsure", name: "alice", ip: "192.0.2.7" };

type Conn = ByteStream & Pick<Deno.TcpConn, "remoteAddr" | "localAddr">;

/** A door at which everybody comes from 192.0.2.7. */
class Street {
  readonly shown: string[] = [];
  readonly door: TransferDoor;
  readonly #closer = new OrderlyCloser();
  readonly #coming: Conn[] = [];
  #more = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(offered: (files: IncomingFiles, door: TransferDoor) => void) {
    const listener = {
      addr: { transport: "tcp", hostname: "0.0.0.0", port: 1 } as const,
      accept: async (): Promise<Conn> => {
        while (this.#coming.length === 0 && !this.#isClosed) await this.#more.promise;
        const conn = this.#coming.shift();
        if (conn === undefined) throw new Deno.errors.BadResource("closed");
        return conn;
      },
      close: () => {
        this.#isClosed = true;
        this.#more.resolve();
      },
    };
    const show = (lines: readonly ScreenLine[]): void => {
      this.shown.push(...lines.map(({ text }) => text));
    };
    this.door = new TransferDoor(
      listener,
      { offered: (files) => offered(files, this.door), ended() {} },
      { show, follow: () => ({ [Symbol.dispose]() {} }) },
      new RecordedLog(),
    );
  }

  /** Somebody comes. */
  come(): ByteStream {
    const [ours, theirs] = memoryPair();
    const remoteAddr = { transport: "tcp", hostname: "192.0.2.7", port: 40_000 } as const;
    this.#coming.push(Object.assign(theirs, { remoteAddr, localAddr: remoteAddr }));
    this.#more.resolve();
    this.#more = Promise.withResolvers();
    return ours;
  }

  /** Somebody offers a file. */
  offer(): Promise<SendingEnd> {
    const link = new TransferLink(this.come(), this.#closer);
    const handlers = { accepted() {}, sent() {}, more() {}, kept() {}, lost() {} };
    const offer = { from: ALICE, to: BOB, entries: [FILE] };
    return within("an end", new Sending(link, offer, [], handlers).run());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.door.stop();
    this.#closer.stop();
  }
}

/** How many of the ends were refused for each reason. */
function reasons(ends: readonly SendingEnd[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const end of ends) {
    const reason = end.kind === "refused" ? end.reason : end.kind;
    counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return counts;
}

async function oneByOne(street: Street, count: number): Promise<SendingEnd[]> {
  const ends: SendingEnd[] = [];
  for (let offer = 0; offer < count; offer++) ends.push(await street.offer());
  return ends;
}

Deno.test("offers that nobody is asked about come as often as a class sends them", async () => {
  await using street = new Street((files) => files.refuse("declined"));
  assertEquals(reasons(await oneByOne(street, 60)), { declined: 60 });
});

Deno.test("who comes too often is told that we are busy, and not hung up on", async () => {
  using _time = new HeldTime(); // nobody is let in because some time has passed
  await using street = new Street((files) => files.refuse("declined"));
  for (let come = 0; come < TRANSFER_LIMITS.connectionBurst * 3; come++) street.come().close();
  assertEquals(await street.offer(), { kind: "refused", reason: "busy" });
});

Deno.test("who holds too many connections is told that we are busy", async () => {
  await using street = new Street((files) => files.refuse("declined"));
  for (let open = 0; open < TRANSFER_LIMITS.perAddress; open++) street.come();
  assertEquals(await street.offer(), { kind: "refused", reason: "busy" });
});

Deno.test("one address may not ask a person without end", async () => {
  using _time = new HeldTime();
  let asked = 0;
  await using street = new Street((files, door) => {
    if (door.mayAsk(files, BUDDY)) asked++;
    files.refuse("declined");
  });
  const { questionBurst } = TRANSFER_LIMITS;
  await oneByOne(street, questionBurst + 20);
  assertEquals(asked, questionBurst);
});

Deno.test("a stranger's offers are told of a few times, and then counted", async () => {
  let asked = 0;
  const street = new Street((files, door) => {
    if (door.mayAsk(files, STRANGER)) asked++;
    files.refuse("busy");
  });
  await oneByOne(street, 12);
  assertEquals([asked, street.shown], [5, []]);
  await street[Symbol.asyncDispose]();
  assertEquals(street.shown, ["7 more offers of files, turned down."]);
});
