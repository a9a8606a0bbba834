/**
 * UDP: binding, and receiving into one's own buffer. Deno allocates 64 KiB for every datagram
 * otherwise: measured, 165,000 requests a second with a buffer and 39,000 without.
 */

import { hostPort } from "../core/endpoint.ts";
import { OperationalError } from "../core/errors.ts";
import { socketIp } from "../core/ip_address.ts";
import { MAX_PENDING_DATAGRAMS } from "../core/limits.ts";
import { listenReason } from "./system_error.ts";
import { type ListenAddress } from "./tcp.ts";

/** Where a datagram came from or goes to. */
export interface DatagramAddress {
  /** In canonical form. */
  readonly ip: string;
  /** 0 to 65535. */
  readonly port: number;
}

/** An address made ready for sending to it many times; only good for the socket that made it. */
export type Destination = Readonly<Deno.NetAddr>;

/** Linux lets an IPv6 socket send to an IPv4 address; others want it written as IPv6. */
const WANTS_MAPPED = Deno.build.os !== "linux";

/** Size of a buffer for a text: a GET answer about twenty buddies. */
const OWN_BYTES = 4096;

/** So many are kept for the next texts. */
const MAX_OWN = 64;

const encoder = new TextEncoder();

/** Takes one datagram; `bytes` is valid only until it returns. */
export type DatagramHandler = (bytes: Uint8Array, from: DatagramAddress) => void;

/** A UDP socket of the system, as far as it is used here. */
export type SystemSocket = Pick<Deno.DatagramConn, "receive" | "send" | "close" | "addr">;

/** A buffer for texts that are on their way, one after the other. */
class OwnBuffer {
  readonly bytes = new Uint8Array(OWN_BYTES);
  /** Says that its text is sent. Made once: each text would make one otherwise. */
  readonly free: () => void;

  /** @param unused where it goes then */
  constructor(unused: OwnBuffer[]) {
    this.free = () => {
      if (unused.length < MAX_OWN) unused.push(this);
    };
  }
}

/** A bound UDP socket that hands datagrams on until it is closed. */
export class DatagramSocket {
  readonly #socket: SystemSocket;
  readonly #mapsIpv4: boolean;
  readonly #own: OwnBuffer[] = [];
  #pending = 0;
  /** The last datagram sent while the socket was new; `undefined` when it is so no more. */
  #sending: Promise<unknown> | undefined = Promise.resolve();
  /** The port it is bound to. */
  readonly port: number;

  /**
   * Binds the socket.
   *
   * @param listenTo puts something between it and the system that sees everything
   * @throws OperationalError naming the address and what to do
   */
  constructor(address: ListenAddress, listenTo?: (socket: SystemSocket) => SystemSocket) {
    try {
      const socket = Deno.listenDatagram({ transport: "udp", ...address });
      this.#socket = listenTo?.(socket) ?? socket;
    } catch (error) {
      const at = hostPort(address.hostname, address.port);
      throw new OperationalError(`Cannot listen on ${at} (UDP): ${listenReason(error)}`, {
        cause: error,
      });
    }
    const bound = this.#socket.addr as Deno.NetAddr;
    this.#mapsIpv4 = WANTS_MAPPED && bound.hostname.includes(":");
    this.port = bound.port;
  }

  /**
   * Receives until the socket is closed. One datagram's trouble never ends it.
   *
   * @param maxBytes longer datagrams arrive cut to one byte more than this
   */
  async receive(handle: DatagramHandler, maxBytes: number): Promise<void> {
    const own = new Uint8Array(maxBytes + 1);
    for (;;) {
      let received;
      try {
        received = await this.#socket.receive(own);
      } catch (error) {
        if (isClosed(error)) return;
        continue; // an ICMP error of an earlier send, reported here by some systems
      }
      const [bytes, from] = received;
      if (from.transport === "udp") {
        handle(bytes, { ip: socketIp(from.hostname), port: from.port });
      }
    }
  }

  /** Sends and forgets, as UDP does: what cannot be sent is lost. */
  send(bytes: Uint8Array, to: DatagramAddress): void {
    this.#transmit(bytes, to).catch(() => {});
  }

  /**
   * Sends a text and forgets. For answers, of which there are many: up to {@linkcode OWN_BYTES} long,
   * they are written into buffers that are used again. Making one for each cost a quarter of the
   * time of a GET (measured).
   */
  sendText(text: string, to: DatagramAddress): void {
    // A character has at most three bytes.
    if (3 * text.length > OWN_BYTES) return this.send(encoder.encode(text), to);
    const { bytes, free } = this.#own.pop() ?? new OwnBuffer(this.#own);
    const { written } = encoder.encodeInto(text, bytes);
    this.#transmit(bytes.subarray(0, written), to).then(free, free);
  }

  /** Sends and waits until the system has taken it. */
  async sendNow(bytes: Uint8Array, to: DatagramAddress): Promise<void> {
    await this.#transmit(bytes, to);
  }

  #transmit(bytes: Uint8Array, to: DatagramAddress): Promise<number> {
    return this.#sendInOrder(bytes, this.destination(to));
  }

  /**
   * Until a new socket has sent something, Deno (2.6 and 2.9) keeps what it is given waiting, and
   * then sends it in reverse: OFFLINE would overtake ONLINE. So the first ones go one by one.
   */
  #sendInOrder(bytes: Uint8Array, to: Destination): Promise<number> {
    if (this.#sending === undefined) return this.#socket.send(bytes, to);
    const sent = this.#sending.then(() => this.#socket.send(bytes, to));
    const settled = sent.catch(() => {}).then(() => {
      if (this.#sending === settled) this.#sending = undefined;
    });
    this.#sending = settled;
    return sent;
  }

  /** Makes an address ready for {@linkcode DatagramSocket.sendTo}. */
  destination(to: DatagramAddress): Destination {
    const hostname = this.#mapsIpv4 && !to.ip.includes(":") ? `::ffff:${to.ip}` : to.ip;
    return { transport: "udp", hostname, port: to.port };
  }

  /**
   * Sends and forgets, for a relay that sends one message to many. `bytes` must stay as they are.
   *
   * @returns false when so many datagrams wait for the system that this one is dropped
   */
  sendTo(bytes: Uint8Array, to: Destination): boolean {
    if (this.#pending >= MAX_PENDING_DATAGRAMS) return false;
    this.#pending++;
    this.#sendInOrder(bytes, to).then(this.#sent, this.#sent);
    return true;
  }

  /** Datagrams of {@linkcode DatagramSocket.sendTo} that wait for the system. */
  get pending(): number {
    return this.#pending;
  }

  readonly #sent = (): void => {
    this.#pending--;
  };

  /** Closes the socket; `receive` returns. */
  close(): void {
    this.#socket.close();
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}
