/**
 * Talking in a room: what a member sends and hears. Rules: protocols/rooms.md, UCRP.
 *
 * Datagrams go out one after the other, so that a leave never overtakes what was said before. The
 * registration is repeated: it keeps us from expiring, and tells the server when we have moved.
 */

import { reasonOf } from "../core/errors.ts";
import { MAX_DATAGRAM_BYTES, ROOM_KEEP_ALIVE_SECONDS, ROOM_PACE } from "../core/limits.ts";
import type { Log, Trace } from "../core/ports.ts";
import { TokenBucket } from "../net/token_bucket.ts";
import { openSocket } from "../net/traced_socket.ts";
import type { DatagramAddress, DatagramSocket } from "../net/udp.ts";
import { encodeRoomDatagram, parseRoomDelivery, ROOM_WORDS, type RoomSeat } from "../wire/ucrp.ts";
import { clientTracing } from "./screen_trace.ts";

/** Who is told what is heard. */
export interface RoomListener {
  said(sender: string, text: string): void;
  /** The room is closed; nothing is heard any more. */
  closed(): void;
}

/** What talking needs from outside. */
export interface RoomTalkWorld {
  readonly listener: RoomListener;
  readonly log: Log;
  /** What listens to every datagram, where something does. */
  readonly trace?: Trace | undefined;
}

/** One stay in a room. */
export class RoomTalk {
  readonly #seat: RoomSeat;
  readonly #server: DatagramAddress;
  readonly #listener: RoomListener;
  readonly #log: Log;
  readonly #socket: DatagramSocket;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #allowance = new TokenBucket(ROOM_PACE.rate, ROOM_PACE.burst, performance.now());
  /** Where the server answers from, once it has. */
  #heardFrom: string | undefined;
  #sending: Promise<void> = Promise.resolve();
  /** Ends the waiting of a message for its turn. */
  #endPause = (): void => {};
  #isOver = false;

  /** Registers at once, and again every `keepAliveSeconds`. */
  constructor(
    seat: RoomSeat,
    server: DatagramAddress,
    world: RoomTalkWorld,
    keepAliveSeconds: number = ROOM_KEEP_ALIVE_SECONDS,
  ) {
    this.#seat = seat;
    this.#server = server;
    this.#listener = world.listener;
    this.#log = world.log;
    const { trace } = world;
    const hostname = server.ip.includes(":") ? "::" : "0.0.0.0";
    this.#socket = openSocket({ hostname, port: 0 }, trace && clientTracing(trace, "rooms"));
    this.#socket.receive((bytes, from) => {
      if (this.#isServer(from)) this.#hear(bytes);
    }, MAX_DATAGRAM_BYTES);
    this.send(ROOM_WORDS.register);
    this.#timer = setInterval(() => this.send(ROOM_WORDS.register), keepAliveSeconds * 1000);
  }

  /**
   * Sends a message that is not too long, when its turn has come: no more of them than a server
   * takes. One at a time; resolves without sending when the talk is over.
   */
  async say(message: string): Promise<void> {
    while (!this.#isOver && !this.#allowance.take(performance.now())) {
      await new Promise<void>((resume) => {
        const timer = setTimeout(resume, 1000 / ROOM_PACE.rate);
        this.#endPause = () => {
          clearTimeout(timer);
          resume();
        };
      });
    }
    if (!this.#isOver) this.send(message);
  }

  /** Sends a message or a word at once. */
  send(message: string): void {
    const datagram = encodeRoomDatagram(this.#seat, message);
    this.#sending = this.#sending
      .then(() => this.#socket.sendNow(datagram, this.#server))
      .catch((error) => this.#log.debug("Cannot send to the room", { reason: reasonOf(error) }));
  }

  /** Says that we leave, and ends; resolves when the system has taken all that was sent. */
  async leave(): Promise<void> {
    if (this.#isOver) return;
    this.send(ROOM_WORDS.leave);
    await this.end();
  }

  /** Ends without a word, after all that was sent. */
  async end(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#endPause();
    await this.#sending;
    this.#socket.close();
  }

  /**
   * Whether a datagram is from the server. One with several addresses answers from another one than
   * it was asked at (127.0.1.1, a second interface), so the first one that is heard is taken for it,
   * until it is heard from where we asked.
   */
  #isServer({ ip, port }: DatagramAddress): boolean {
    if (port !== this.#server.port) return false;
    if (ip === this.#server.ip) {
      this.#heardFrom = ip;
      return true;
    }
    this.#heardFrom ??= ip;
    return ip === this.#heardFrom;
  }

  #hear(bytes: Uint8Array): void {
    if (this.#isOver) return;
    const delivery = parseRoomDelivery(bytes);
    if (delivery?.kind === "message") this.#listener.said(delivery.sender, delivery.text);
    if (delivery?.kind !== "closed") return;
    this.end();
    this.#listener.closed();
  }
}
