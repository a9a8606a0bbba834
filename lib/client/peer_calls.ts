/**
 * Calls between clients: the listener others call, the call that rings here, the call we make, and
 * the one chat that comes of either. Rules: protocols/buddy.md, "Peer chat".
 *
 * Rules of this file:
 * - `#line` is what our one line is busy with. Whoever calls while it is not free is rejected.
 * - Every connection that is not the line's is on its way to an orderly close, in `#closing`.
 * - The handlers are called synchronously, and never for what was cancelled, rejected or ended here.
 */

import { reasonOf } from "../core/errors.ts";
import { CALL_TIMEOUT_SECONDS, MAX_SEND_QUEUE_BYTES } from "../core/limits.ts";
import type { ByteStream, IncomingStream, Log, Trace } from "../core/ports.ts";
import type { PeerAddress } from "../core/presence.ts";
import { within } from "../core/within.ts";
import { acceptConnections } from "../net/accept_loop.ts";
import { OrderlyCloser } from "../net/orderly_close.ts";
import { connectTcp } from "../net/tcp.ts";
import { type ArrivalTrace, tracedArrival, tracedDial } from "../net/traced_stream.ts";
import { ACCEPT, PeerReader, REJECT } from "../wire/peer.ts";
import type { CallFailure } from "./call_screens.ts";
import { PeerChat, type Undelivered } from "./peer_chat.ts";
import { PeerConnection, type PeerEnd } from "./peer_connection.ts";

/** What happens on the line. */
export interface CallHandlers {
  /** Somebody calls; `accept` or `reject` answers. */
  ring(ip: string): void;
  /** The ringing call is over without a chat. */
  ringEnded(end: "hung up" | "timeout"): void;
  /** Somebody called while we were busy, and was told so. */
  turnedAway(ip: string): void;
  /** The connection of our own call stands; the other side has to answer now. */
  ringing(): void;
  /** Our own call is over without a chat. */
  callFailed(failure: CallFailure): void;
  chatBegun(): void;
  said(text: string): void;
  /** The chat is over, and not by our doing. */
  chatEnded(how: PeerEnd | "stuck", undelivered: Undelivered): void;
}

/** How long things may take; tests have less patience. */
export interface CallTimes {
  readonly connectMs: number;
  /** How long an incoming call rings before it is rejected. */
  readonly ringMs: number;
  /** How long our call may ring: longer than others let it, so that theirs is the answer. */
  readonly answerMs: number;
  /** Pause after ACCEPT, so that no text can come in its segment: some clients lose it then. */
  readonly acceptGapMs: number;
  /** How long {@linkcode PeerCalls.stop} waits for orderly ends. */
  readonly stopMs: number;
}

const TIMES: CallTimes = {
  connectMs: 10_000,
  ringMs: CALL_TIMEOUT_SECONDS * 1000,
  answerMs: (CALL_TIMEOUT_SECONDS + 5) * 1000,
  acceptGapMs: 100,
  stopMs: 500,
};

/** Connections that may be on their way to an orderly close; beyond that they just close. */
const MAX_CLOSING = 64;

type Line =
  | { readonly kind: "free" }
  | RingingLine
  | CallingLine
  | { readonly kind: "chatting"; readonly chat: PeerChat; readonly connection: PeerConnection };

interface RingingLine {
  readonly kind: "ringing";
  readonly connection: PeerConnection;
  readonly reader: PeerReader;
  /** What the caller said before it was answered. */
  readonly early: string[];
  readonly timer: ReturnType<typeof setTimeout>;
  /** Whether ACCEPT was sent: it is too late for REJECT then. */
  accepted: boolean;
}

interface CallingLine {
  readonly kind: "calling";
  readonly abort: AbortController;
  connection?: PeerConnection;
  timer?: ReturnType<typeof setTimeout>;
}

const FREE: Line = { kind: "free" };

/** The calls and the chat of one client. */
export class PeerCalls {
  readonly #listener: Deno.TcpListener | undefined;
  readonly #handlers: CallHandlers;
  readonly #times: CallTimes;
  readonly #tracing: ArrivalTrace | undefined;
  readonly #closer = new OrderlyCloser();
  readonly #closing = new Map<PeerConnection, Promise<void>>();
  readonly #accepting: Promise<void>;
  #line: Line = FREE;

  /**
   * Takes calls from now on, unless it has no listener. The listener is closed by
   * {@linkcode PeerCalls.stop}.
   */
  constructor(
    listener: Deno.TcpListener | undefined,
    handlers: CallHandlers,
    log: Log,
    { trace, ...times }: Partial<CallTimes> & { readonly trace?: Trace | undefined } = {},
  ) {
    this.#listener = listener;
    this.#handlers = handlers;
    this.#times = { ...TIMES, ...times };
    this.#tracing = trace && { trace, service: "peer", name: "client" };
    this.#accepting = listener === undefined ? Promise.resolve() : acceptConnections(
      listener,
      (accepted) => this.#incoming(tracedArrival(accepted, this.#tracing)),
      log,
    );
  }

  #incoming({ stream, remoteIp }: IncomingStream): void {
    if (this.#line.kind !== "free") {
      this.#hangUp(new PeerConnection(stream, this.#closer, DEAF), REJECT);
      this.#handlers.turnedAway(remoteIp);
      return;
    }
    const reader = new PeerReader();
    const early: string[] = [];
    let earlyBytes = 0;
    const connection = new PeerConnection(stream, this.#closer, {
      bytes: (chunk) => {
        earlyBytes += chunk.length;
        if (earlyBytes <= MAX_SEND_QUEUE_BYTES) early.push(...reader.messages(chunk));
      },
      ended: () => this.#ringEnded(connection, "hung up"),
    });
    const timer = setTimeout(() => this.#ringEnded(connection, "timeout"), this.#times.ringMs);
    this.#line = { kind: "ringing", connection, reader, early, timer, accepted: false };
    this.#handlers.ring(remoteIp);
  }

  #ringEnded(connection: PeerConnection, end: "hung up" | "timeout"): void {
    if (this.#line.kind !== "ringing" || this.#line.connection !== connection) return;
    this.#freeRinging(this.#line, end === "timeout" ? REJECT : undefined);
    this.#handlers.ringEnded(end);
  }

  #freeRinging({ connection, timer, accepted }: RingingLine, lastWord?: Uint8Array): void {
    clearTimeout(timer);
    this.#line = FREE;
    this.#hangUp(connection, accepted ? undefined : lastWord);
  }

  /** Answers the ringing call with yes; ends in `chatBegun` or `ringEnded`. */
  async accept(): Promise<void> {
    const line = this.#line;
    if (line.kind !== "ringing") return;
    clearTimeout(line.timer);
    line.accepted = true;
    const isSent = await line.connection.sendAlone(ACCEPT);
    if (isSent) await new Promise((resume) => setTimeout(resume, this.#times.acceptGapMs));
    if (this.#line !== line) return; // hung up meanwhile, and told so
    if (isSent) this.#beginChat(line.connection, line.reader, line.early);
    else this.#ringEnded(line.connection, "hung up");
  }

  /** Answers the ringing call with no. */
  reject(): void {
    if (this.#line.kind === "ringing") this.#freeRinging(this.#line, REJECT);
  }

  /** Calls somebody; ends in `callFailed` or `chatBegun`, unless cancelled. */
  async call(address: PeerAddress): Promise<void> {
    const line: CallingLine = { kind: "calling", abort: new AbortController() };
    this.#line = line;
    let stream: ByteStream;
    try {
      const { signal } = line.abort;
      const timeoutMs = this.#times.connectMs;
      const conn = await connectTcp(address.ip, address.port, { timeoutMs, signal });
      stream = tracedDial(conn, this.#tracing);
    } catch (error) {
      return this.#callFailed(line, { unreachable: reasonOf(error) });
    }
    this.#awaitAnswer(line, stream);
  }

  #awaitAnswer(line: CallingLine, stream: ByteStream): void {
    const reader = new PeerReader();
    const take = (chunk: Uint8Array, hasEnded: boolean): boolean => {
      const answer = reader.answer(chunk, hasEnded);
      if (answer === false) this.#callFailed(line, "rejected");
      if (answer === true) this.#beginChat(connection, reader, reader.pending());
      return answer === true;
    };
    const connection = new PeerConnection(stream, this.#closer, {
      bytes: (chunk) => take(chunk, false),
      ended: (how) => {
        // ACCEPT may be ended by the end of the stream, which then ends the chat.
        if (take(new Uint8Array(0), true)) connection.listener.ended(how);
      },
    });
    if (this.#line !== line) return this.#hangUp(connection); // cancelled while connecting
    line.connection = connection;
    line.timer = setTimeout(() => this.#callFailed(line, "unanswered"), this.#times.answerMs);
    this.#handlers.ringing();
  }

  #callFailed(line: CallingLine, failure: CallFailure): void {
    if (this.#line !== line) return;
    this.cancel();
    this.#handlers.callFailed(failure);
  }

  /** Gives up our own call. */
  cancel(): void {
    if (this.#line.kind !== "calling") return;
    const { abort, connection, timer } = this.#line;
    this.#line = FREE;
    abort.abort();
    clearTimeout(timer);
    if (connection !== undefined) this.#hangUp(connection);
  }

  #beginChat(connection: PeerConnection, reader: PeerReader, messages: readonly string[]): void {
    clearTimeout("timer" in this.#line ? this.#line.timer : undefined);
    const chat = new PeerChat(connection, reader, {
      said: (text) => this.#handlers.said(text),
      ended: (how, undelivered) => {
        this.#line = FREE;
        this.#hangUp(connection);
        this.#handlers.chatEnded(how, undelivered);
      },
    });
    this.#line = { kind: "chatting", chat, connection };
    this.#handlers.chatBegun();
    chat.tell(messages);
  }

  /** Sends a line of the chat. */
  send(text: string): void {
    if (this.#line.kind === "chatting") this.#line.chat.send(text);
  }

  /** Resolves when what was sent is with the system, or there is no chat any more. */
  async settled(): Promise<void> {
    if (this.#line.kind === "chatting") await this.#line.chat.settled();
  }

  /** Ends the chat, after everything was sent. */
  endChat(): void {
    if (this.#line.kind !== "chatting") return;
    const { chat, connection } = this.#line;
    this.#line = FREE;
    chat.end();
    this.#hangUp(connection);
  }

  #hangUp(connection: PeerConnection, lastWord?: Uint8Array): void {
    if (this.#closing.size >= MAX_CLOSING) connection.abandon();
    const closed = connection.close(lastWord).then(() => {
      this.#closing.delete(connection);
    });
    this.#closing.set(connection, closed);
  }

  /** Takes no more calls and ends what there is, in order where that does not take long. */
  async stop(): Promise<void> {
    this.#listener?.close();
    this.reject();
    this.cancel();
    this.endChat();
    await within(this.#times.stopMs, Promise.all(this.#closing.values()), () => {});
    for (const connection of this.#closing.keys()) connection.abandon();
    await Promise.all(this.#closing.values());
    this.#closer.stop();
    await this.#accepting;
  }
}

/** For connections whose other side has nothing to say to us any more. */
const DEAF = { bytes(): void {}, ended(): void {} };
