/**
 * Requests about rooms: one connection, one frame, two frames back. Rules: protocols/rooms.md, TCRP,
 * and docs/protocols/rooms-extensions.md.
 */

import { hostPort } from "../core/endpoint.ts";
import { UnreachableError } from "../core/errors.ts";
import { MAX_ROOM_ANSWER_BYTES, ROOM_ANSWER_SECONDS } from "../core/limits.ts";
import type { ByteStream } from "../core/ports.ts";
import { exchange } from "../net/exchange.ts";
import type { Dial } from "../net/tcp.ts";
import type { DialTrace } from "../net/traced_stream.ts";
import { parseRoomAnswer, type RoomAnswer } from "../wire/room_answer.ts";
import { encodeRoomRequest, type RoomRequest } from "../wire/room_request.ts";
import { TCRP_STATES, TcrpReader } from "../wire/tcrp.ts";

import type { RouteOptions } from "./server_route.ts";

/** Where a room server is. */
export interface RoomServerAddress {
  readonly host: string;
  readonly tcpPort: number;
  readonly udpPort: number;
}

/** What a link may be told besides. */
export interface RoomLinkOptions extends RouteOptions {
  /** Opens connections over TLS; they are plain ones unless given. */
  readonly dial?: Dial | undefined;
}

/** The client's side of TCRP. */
export class RoomLink {
  readonly #server: RoomServerAddress;
  readonly #timeoutMs: number;
  readonly #dial: Dial | undefined;
  readonly #tracing: DialTrace | undefined;
  readonly #closing = new AbortController();
  #reachedIp: string | undefined;

  constructor(server: RoomServerAddress, { timeoutMs, trace, dial }: RoomLinkOptions = {}) {
    this.#dial = dial;
    this.#server = server;
    this.#timeoutMs = timeoutMs ?? ROOM_ANSWER_SECONDS.client * 1000;
    this.#tracing = trace && { trace, service: "rooms", name: "client", peer: "server" };
  }

  /** The server's address as the last connection to it really went, in canonical form. */
  get reachedIp(): string | undefined {
    return this.#reachedIp;
  }

  /**
   * Sends a request and gives the answer.
   *
   * @throws UnreachableError when no connection or no answer could be had
   * @throws HungUpError among these, when the server hung up: an older one does so on an extension
   */
  async ask(request: RoomRequest): Promise<RoomAnswer> {
    const { host, tcpPort } = this.#server;
    const answer = await exchange({
      ...{ host, port: tcpPort, request: encodeRoomRequest(request), read: readAnswer },
      ...{ timeoutMs: this.#timeoutMs, signal: this.#closing.signal },
      ...{ dial: this.#dial, tracing: this.#tracing },
      reached: (ip) => this.#reachedIp = ip,
    });
    if (answer !== "garbled") return answer;
    throw new UnreachableError(
      `The server at ${hostPort(host, tcpPort)} does not answer as a room server`,
    );
  }

  /** Whether requests go over TLS. */
  get isSecure(): boolean {
    return this.#dial !== undefined;
  }

  /** Whether it was broken off: what fails then is nobody's fault. */
  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Breaks off what is under way; nothing can be asked any more. */
  close(): void {
    this.#closing.abort();
  }
}

/** Reads both frames; of a refusal, the first one tells enough. Nothing when there was none. */
async function readAnswer(stream: ByteStream): Promise<RoomAnswer | "garbled" | undefined> {
  const reader = new TcrpReader(MAX_ROOM_ANSWER_BYTES);
  let compliance: Uint8Array | undefined;
  for (;;) {
    const count = await stream.read(reader.free());
    if (count !== null) reader.filled(count);
    for (let frame; (frame = reader.take()) !== undefined;) {
      const { state, payload } = frame;
      if (typeof payload === "string") return "garbled";
      if (state === TCRP_STATES.compliance) compliance = payload.slice();
      if (state !== TCRP_STATES.complete) continue;
      return compliance && parseRoomAnswer(compliance, payload) || "garbled";
    }
    if (count !== null) continue;
    return compliance && parseRoomAnswer(compliance, EMPTY_OBJECT);
  }
}

const EMPTY_OBJECT = new TextEncoder().encode("{}");
