/**
 * The words of the trace: what crossed the wire, as people are told. Made by `wire` (`describe_*`),
 * put together and shown by `observe`.
 */

/** What a socket is there for, as the program that opened it knows; `any` where only bytes tell. */
export type TracedService = "buddy" | "rooms" | "chat" | "peer" | "any";

/** What a message belongs to. */
export type WireProtocol =
  | "buddy"
  | "presence"
  | "rooms"
  | "room talk"
  | "login chat"
  | "peer chat"
  | "proxy"
  | "unknown";

/** Which end of a connection: the one that opened it, or the one that took it. */
export type WireSide = "client" | "server";

/** Bytes from `start` up to `end`. */
export interface ByteSpan {
  /** The first one. */
  readonly start: number;
  /** The one behind the last. */
  readonly end: number;
}

/** A field of a message: its name, and what it holds. */
export type WireField = readonly [name: string, value: string];

/** What a decoder makes of the bytes of one message. Nothing in it tells a password or a token. */
export interface DescribedMessage {
  /** What it belongs to. */
  readonly protocol: WireProtocol;
  /** The message in one line. */
  readonly text: string;
  /** What it is made of, in the order of its bytes. */
  readonly fields: readonly WireField[];
  /** Whose message it is, or whom it answers, where it says so. */
  readonly user: string | undefined;
  /** Whether it was passed on by a balancer that says for whom. */
  readonly isRelayed: boolean;
  /** A copy of its bytes, secrets overwritten. */
  readonly bytes: Uint8Array;
  /** Where they were. */
  readonly hidden: readonly ByteSpan[];
}

/** Reads one connection both ways. It remembers what has not come whole yet, within bounds. */
export interface Conversation {
  /** Takes what one side sent and gives the messages it completes. */
  take(from: WireSide, bytes: Uint8Array): readonly DescribedMessage[];
  /** Says that a side has ended; gives what it left unfinished. */
  end(from: WireSide): readonly DescribedMessage[];
}

/** Where a datagram goes, and whose word it is. */
export interface DatagramWay {
  /** Whether it goes to a server: requests go there, answers do not. */
  readonly isToServer: boolean;
  /** Whether it may begin with a balancer's prefix; nobody else's is believed. */
  readonly mayRelay: boolean;
}

/** What makes messages of bytes. */
export interface Describer {
  /**
   * Begins to read a connection.
   *
   * @param mayRelay whether it may begin with a PROXY header; nobody else's is believed, and so it
   * is shown as what the one who gets it takes it for
   */
  conversation(service: TracedService, mayRelay: boolean): Conversation;
  /** Reads a datagram. */
  datagram(service: TracedService, bytes: Uint8Array, way: DatagramWay): DescribedMessage;
}

/** One end of a message. */
export interface WireParty {
  /** A user, `server`, `balancer`, or an address where nothing better is known. */
  readonly name: string;
  /** Absent for our own end where the system does not tell it. */
  readonly ip: string | undefined;
  /** TCP or UDP port. */
  readonly port: number;
}

/** One message, as it is shown: all text in it is safe to show. */
export interface WireMessage extends Omit<DescribedMessage, "isRelayed"> {
  /** Counts up from 1. */
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** A message, or that a connection was opened, or that one side has ended it. */
  readonly kind: "message" | "open" | "end";
  /** How it went; the bytes of TLS are those inside of it, which nobody on the way could read. */
  readonly transport: "TCP" | "TLS" | "UDP";
  /** Who sent it. */
  readonly from: WireParty;
  /** Who gets it. */
  readonly to: WireParty;
  /** How many bytes it has; {@linkcode DescribedMessage.bytes} may hold only the first of them. */
  readonly size: number;
}
