/**
 * TCRP frames: a 32-byte header, a room name, a payload. Rules: protocols/rooms.md, TCRP.
 *
 * Rules of this file:
 * - Nothing is held for a length before it was checked: a reader takes a fixed most for the payload,
 *   and reads the room name alone of a frame that is longer.
 * - Frames returned are views into the reader's buffer: valid until the next `free` or `reset`.
 */

/** Bytes in front of the room name. */
export const TCRP_HEADER_BYTES = 32;

/** Where in an exchange a frame stands. */
export const TCRP_STATES = { request: 0, compliance: 1, complete: 2 } as const;

/** A frame as bytes and numbers; what they mean is in `room_request.ts` and `room_answer.ts`. */
export interface TcrpFrame {
  /** The room name's bytes, at most 255. */
  readonly room: Uint8Array;
  /** What is asked for; see `ROOM_OPERATIONS`. */
  readonly operation: number;
  /** One of {@linkcode TCRP_STATES}, or a number that is none. */
  readonly state: number;
  /** The payload, or why there is none. */
  readonly payload: Uint8Array | "too long" | "incomplete";
}

/** What a header says. */
export interface TcrpHeader {
  /** Length of the room name in bytes. */
  readonly roomLength: number;
  /** See {@linkcode TcrpFrame.operation}. */
  readonly operation: number;
  /** See {@linkcode TcrpFrame.state}. */
  readonly state: number;
  /** `Infinity` beyond 48 bits: no reader takes so much. */
  readonly payloadLength: number;
}

/** Where the last 48 bits of the payload length begin. */
const LOW_LENGTH_AT = 26;

/** Reads a header: the first {@linkcode TCRP_HEADER_BYTES} of a frame. */
export function parseTcrpHeader(bytes: Uint8Array): TcrpHeader {
  const [roomLength = 0, operation = 0, state = 0] = bytes;
  const isHuge = bytes.subarray(3, LOW_LENGTH_AT).some((byte) => byte !== 0);
  const low = bytes.subarray(LOW_LENGTH_AT, TCRP_HEADER_BYTES);
  const payloadLength = isHuge ? Infinity : low.reduce((length, byte) => length * 256 + byte, 0);
  return { roomLength, operation, state, payloadLength };
}

/** Writes a frame. The room name has at most 255 bytes. */
export function encodeTcrpFrame(
  { room, operation, state, payload }: TcrpFrame & { readonly payload: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(TCRP_HEADER_BYTES + room.length + payload.length);
  bytes.set([room.length, operation, state]);
  new DataView(bytes.buffer).setUint32(TCRP_HEADER_BYTES - 4, payload.length);
  bytes.set(room, TCRP_HEADER_BYTES);
  bytes.set(payload, TCRP_HEADER_BYTES + room.length);
  return bytes;
}

/** What a buffer holds before it is known how long the payload is. */
const FIRST_BYTES = TCRP_HEADER_BYTES + 255 + 4096;

/** A buffer that takes bytes as they come and gives them back as frames. */
export class TcrpReader {
  readonly #maxPayload: number;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BYTES);
  #start = 0;
  #end = 0;

  /** Makes an empty reader of payloads of at most `maxPayload` bytes. */
  constructor(maxPayload: number) {
    this.#maxPayload = maxPayload;
  }

  /** Bytes held that were not taken yet. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** The space to read into. It is never empty while the frame at hand is not whole. */
  free(): Uint8Array<ArrayBuffer> {
    if (this.#start > 0) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    return this.#bytes.subarray(this.#end);
  }

  /** Says that `count` bytes were put into {@linkcode free}. */
  filled(count: number): void {
    this.#end += count;
  }

  /**
   * The next frame, or `undefined` when more bytes are needed. After a frame with a payload that is
   * too long there is no next one: it cannot be told where that would begin.
   */
  take(): TcrpFrame | undefined {
    if (this.length < TCRP_HEADER_BYTES) return undefined;
    const header = parseTcrpHeader(this.#bytes.subarray(this.#start));
    const isTooLong = header.payloadLength > this.#maxPayload;
    const roomAt = this.#start + TCRP_HEADER_BYTES;
    const payloadAt = roomAt + header.roomLength;
    const end = payloadAt + (isTooLong ? 0 : header.payloadLength);
    if (this.#end < end) {
      this.#makeRoom(end - this.#start);
      return undefined;
    }
    this.#start = end;
    return {
      room: this.#bytes.subarray(roomAt, payloadAt),
      operation: header.operation,
      state: header.state,
      payload: isTooLong ? "too long" : this.#bytes.subarray(payloadAt, end),
    };
  }

  /** What can be told of a frame that will not get whole: nothing without its header. */
  takePart(): TcrpFrame | undefined {
    if (this.length < TCRP_HEADER_BYTES) return undefined;
    const { roomLength, operation, state } = parseTcrpHeader(this.#bytes.subarray(this.#start));
    const roomAt = this.#start + TCRP_HEADER_BYTES;
    const room = this.#bytes.subarray(roomAt, Math.min(roomAt + roomLength, this.#end));
    this.#start = this.#end;
    return { room, operation, state, payload: "incomplete" };
  }

  /** Forgets everything, so that the reader can serve another connection. */
  reset(): void {
    this.#start = this.#end = 0;
  }

  /** Grows for a frame whose length was checked. */
  #makeRoom(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = new Uint8Array(length);
    larger.set(this.#bytes.subarray(this.#start, this.#end));
    this.#bytes = larger;
    this.#end -= this.#start;
    this.#start = 0;
  }
}
