/**
 * A real room service inside the test, on free ports, and members that talk to it by hand.
 */

import {
  DEFAULT_ROOM_LIMITS,
  DEFAULT_SERVER_LIMITS,
  type RoomLimits,
  type ServerLimits,
} from "../../lib/core/limits.ts";
import { type RunningServer, startServer } from "../../lib/server/start.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { openStore } from "../../lib/storage/open_store.ts";
import type { SharedState } from "../../lib/storage/shared_state.ts";
import type { Store, StoredRoom } from "../../lib/storage/store.ts";
import { parseRoomAnswer, type RoomAnswer } from "../../lib/wire/room_answer.ts";
import { ROOM_OPERATIONS } from "../../lib/wire/room_request.ts";
import { frame } from "../samples/room_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { eventually } from "./eventually.ts";
import { FakeClock } from "./fake_clock.ts";
import { askBytes } from "./raw_tcp.ts";
import { RawUdp } from "./raw_udp.ts";
import { RecordedLog } from "./recorded_log.ts";

/** What a test may want to be different. */
export interface RoomServerOptions {
  readonly limits?: Partial<RoomLimits & ServerLimits>;
  /** A store in memory unless given; it is closed with the server. */
  readonly store?: Store;
  /** What it shares with other servers. */
  readonly shared?: SharedState;
  /** Keeps rooms in this directory, as text. */
  readonly directory?: string;
  readonly clock?: FakeClock;
  readonly trustProxy?: readonly string[];
  /** Ports to have again, after a restart. */
  readonly ports?: { readonly tcp: number; readonly udp: number };
}

/** A running server; stopped at the end of the test. */
export class RoomServer implements AsyncDisposable {
  /** The clock that lifetimes and rates go by. */
  readonly clock: FakeClock;
  readonly log: RecordedLog;
  readonly store: Store;
  readonly tcp: number;
  readonly udp: number;
  readonly #running: RunningServer;
  #stopping: Promise<void> | undefined;

  private constructor(running: RunningServer, store: Store, clock: FakeClock, log: RecordedLog) {
    this.#running = running;
    this.store = store;
    ({ tcp: this.tcp, udp: this.udp } = running.ports.rooms!);
    this.clock = clock;
    this.log = log;
  }

  /** Starts one. */
  static async start(options: RoomServerOptions = {}): Promise<RoomServer> {
    const clock = options.clock ?? new FakeClock();
    const log = new RecordedLog();
    const store = options.directory === undefined
      ? options.store ?? new MemoryStore()
      : await openStore({ kind: "text", directory: options.directory, clock: Date.now, log });
    const running = await startServer({
      host: "127.0.0.1",
      services: {
        rooms: {
          ...{ ...DEFAULT_ROOM_LIMITS, ...options.limits },
          roomsTcpPort: options.ports?.tcp ?? 0,
          roomsUdpPort: options.ports?.udp ?? 0,
        },
      },
      trustProxy: options.trustProxy ?? [],
      limits: { ...DEFAULT_SERVER_LIMITS, ...options.limits },
      store,
      shared: options.shared,
      clock: clock.read,
      log,
    });
    return new RoomServer(running, store, clock, log);
  }

  /** Sends a request, and gives the answer both frames come to. */
  async ask(operation: number, room: string, payload: string): Promise<RoomAnswer> {
    return await askRoom(this.tcp, operation, room, payload);
  }

  /** Creates a room, as its host. */
  async create(room: string, name: string): Promise<RawMember> {
    return await RawMember.enter(this, ROOM_OPERATIONS.create, room, name);
  }

  /** Joins a room. */
  async join(room: string, name: string): Promise<RawMember> {
    return await RawMember.enter(this, ROOM_OPERATIONS.join, room, name);
  }

  /** Resolves when the store says this of the rooms; the service looks at the clock every second. */
  async until(what: string, isSo: (rooms: readonly StoredRoom[]) => boolean): Promise<void> {
    await eventually(what, async () => isSo(await this.store.rooms()));
  }

  /** Stops it before the test ends. */
  async stop(): Promise<void> {
    await (this.#stopping ??= this.#running.stop());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Sends a room request by hand, and gives the answer both frames come to. */
export async function askRoom(
  port: number,
  operation: number,
  room: string,
  payload: string,
): Promise<RoomAnswer> {
  const bytes = await askBytes(port, latin1(frame(operation, 0, utf8(room), utf8(payload))));
  const answer = readAnswer(bytes, operation, utf8(room));
  if (answer === undefined) throw new Error(`No answer: ${new TextDecoder().decode(bytes)}`);
  return answer;
}

/** UTF-8 as text of one character for each byte. */
function utf8(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

/** Takes both frames apart by hand, and checks that room and operation are repeated. */
function readAnswer(bytes: Uint8Array, operation: number, room: string): RoomAnswer | undefined {
  const payloads: Uint8Array[] = [];
  let at = 0;
  for (const state of [1, 2]) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 28);
    const payloadAt = at + 32 + room.length;
    const payload = bytes.subarray(payloadAt, payloadAt + length);
    const head = frame(operation, state, room, "", length);
    if (String.fromCharCode(...bytes.subarray(at, payloadAt)) !== head) return undefined;
    payloads.push(payload);
    at = payloadAt + length;
  }
  return at === bytes.length ? parseRoomAnswer(payloads[0]!, payloads[1]!) : undefined;
}

/** A member of a room, with a socket of their own. */
export class RawMember extends RawUdp {
  readonly room: string;
  readonly token: string;

  constructor(udpPort: number, room: string, token: string, from = "127.0.0.1") {
    super(udpPort, from, "127.0.0.1");
    this.room = room;
    this.token = token;
  }

  /** Creates or joins a room, and registers. */
  static async enter(
    server: { readonly tcp: number; readonly udp: number },
    operation: number,
    room: string,
    name: string,
  ): Promise<RawMember> {
    const answer = await askRoom(server.tcp, operation, room, JSON.stringify(name));
    if (!answer.success) throw new Error(`${name} is refused: ${answer.error}`);
    const member = new RawMember(server.udp, room, answer.token);
    await member.says("__REGISTER__");
    return member;
  }

  /** What a datagram of theirs is, as text of one character for each byte. */
  datagram(message: string): Uint8Array<ArrayBuffer> {
    const room = utf8(this.room);
    const lengths = String.fromCharCode(room.length, this.token.length);
    return latin1(lengths + room + this.token + utf8(message));
  }

  /** Sends a message, or a word. */
  async says(message: string): Promise<void> {
    await this.send(this.datagram(message));
  }

  /** The next message, as `sender: text`; the bare closing word as it is. */
  async hears(): Promise<string> {
    const text = await this.receive();
    if (text === "__ROOM_CLOSED__") return text;
    const length = text.codePointAt(0)!;
    const bytes = new TextEncoder().encode(text);
    const decode = (part: Uint8Array): string => new TextDecoder().decode(part);
    return `${decode(bytes.subarray(1, 1 + length))}: ${decode(bytes.subarray(1 + length))}`;
  }
}
