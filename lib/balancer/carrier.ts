/**
 * Who carries the bytes of plain clients: this thread, or another one of the balancer. Whoever it is,
 * backends are chosen, places counted and stories told here.
 */

import type { ByteStream } from "../core/ports.ts";
import { closeNow, writeAll } from "../net/orderly_close.ts";
import { Relay, type RelayWorld } from "../net/relay.ts";
import type { Relaying } from "../net/relays.ts";
import { setUpSocket } from "../net/tcp.ts";
import type { Backend } from "./backend.ts";
import type { Caller, Connect, Opener } from "./dialer.ts";

/** What goes on with one client, for whoever carries it. */
export interface Carriage<Stream> extends Omit<RelayWorld, "replace" | "unanswered"> {
  /**
   * As that of a relay.
   *
   * @param isFresh whether the backend has had the client for a moment only, where somebody else knows
   */
  readonly replace: (isFresh?: boolean) => Promise<Stream | undefined> | undefined;
  /** As that of a relay; see `replace`. */
  readonly unanswered: (isFresh?: boolean) => void;
}

/** Carries clients, all of one kind; `Stream` is what it calls a connection with a backend. */
export interface Carrier<Client, Stream> extends Opener<Client, Stream> {
  /** Stands between a client and a backend; nothing is carried before it runs. */
  relay(client: Client, stream: Stream, carriage: Carriage<Stream>): Relaying;
  /** Lets go of a client that no backend serves. */
  close(client: Client): void;
}

/** Carries clients in this thread. */
export class LocalCarrier implements Carrier<ByteStream, ByteStream> {
  readonly #connect: Connect;

  /** Connects like this. */
  constructor(connect: Connect) {
    this.#connect = connect;
  }

  /** Connects. Who has nothing to say or hear before, as most, waits for nothing else. */
  open(caller: Caller<ByteStream>, backend: Backend): Promise<ByteStream> {
    const { host, port } = backend.settings;
    const connecting = this.#connect(host, port);
    const preface = caller.preface(backend);
    if (preface !== undefined) return heardBy(caller, introduced(connecting, preface));
    return caller.heard === undefined ? connecting : heardBy(caller, connecting);
  }

  /** Stands between. */
  relay(client: ByteStream, stream: ByteStream, carriage: Carriage<ByteStream>): Relay {
    return new Relay(client, stream, carriage);
  }

  /** Closes the connection. */
  close(client: ByteStream): void {
    closeNow(client);
  }
}

/**
 * Sends a backend what it is to know before anything of the client. Closes the connection when that
 * fails.
 */
export async function introduced(
  connecting: Promise<ByteStream>,
  preface: Uint8Array,
): Promise<ByteStream> {
  const stream = await connecting;
  try {
    // What comes behind a preface must not wait for its receipt.
    setUpSocket(stream);
    await writeAll(stream, preface);
    return stream;
  } catch (error) {
    closeNow(stream);
    throw error;
  }
}

/** What a client hears of a connection, where that is not what the backend says. */
async function heardBy(
  { heard }: Caller<ByteStream>,
  connecting: Promise<ByteStream>,
): Promise<ByteStream> {
  const stream = await connecting;
  if (heard === undefined) return stream;
  // What listens hides the socket from the relay.
  setUpSocket(stream);
  return heard(stream);
}
