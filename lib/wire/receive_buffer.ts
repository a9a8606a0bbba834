/**
 * Bytes in, lines out, for every line protocol here.
 *
 * Rules of this file:
 * - A line ends in LF; one CR before it is dropped. End of stream ends a last line without LF.
 * - The buffer has a fixed size, so a peer that never sends LF cannot make us hold more.
 * - It remembers how far it has searched, so a peer that sends byte by byte costs no more than one
 *   that sends all at once.
 * - It knows no socket. Read straight into {@linkcode ReceiveBuffer.free} and say how much came
 *   with {@linkcode ReceiveBuffer.filled}, or copy with {@linkcode ReceiveBuffer.feed}.
 *
 * Lines returned are views into the buffer: valid until the next `free`, `feed` or `reset`.
 */

const LF = 10;
const CR = 13;

/** A fixed buffer that takes bytes as they come and gives them back as lines. */
export class ReceiveBuffer {
  /** Longest line it can return, in bytes, line end not counted. */
  readonly maxLine: number;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #start = 0;
  #searched = 0;
  #end = 0;

  /**
   * Makes an empty buffer for lines of at most `maxLine` bytes, line end not counted.
   *
   * @param capacity bytes it holds, for a peer that sends many lines at once; one line unless given
   */
  constructor(maxLine: number, capacity: number = maxLine + 2) {
    this.maxLine = maxLine;
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes held that were not taken yet. */
  get length(): number {
    return this.#end - this.#start;
  }

  /**
   * Whether no line can come of what is held, because the next line is longer than `maxLine`. The
   * answer is definite only after {@linkcode takeLine} returned `undefined`.
   */
  get overflowed(): boolean {
    if (this.length <= this.maxLine) return false;
    // One byte over may be the CR of a line that is exactly as long as allowed.
    return this.length > this.maxLine + 1 || this.#bytes[this.#end - 1] !== CR;
  }

  /** The space to read into; empty only while {@linkcode overflowed}. */
  free(): Uint8Array<ArrayBuffer> {
    if (this.#start > 0) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
      this.#searched -= this.#start;
      this.#end -= this.#start;
      this.#start = 0;
    }
    return this.#bytes.subarray(this.#end);
  }

  /** Says that `count` bytes were put into {@linkcode free}. */
  filled(count: number): void {
    this.#end += count;
  }

  /** Copies as much of `chunk` as fits and returns how much that was. */
  feed(chunk: Uint8Array): number {
    const space = this.free();
    const count = Math.min(space.length, chunk.length);
    space.set(chunk.subarray(0, count));
    this.filled(count);
    return count;
  }

  /**
   * The next whole line without its line end, or `undefined` when more bytes are needed, or it is
   * too long (then {@linkcode overflowed} says so).
   */
  takeLine(): Uint8Array<ArrayBuffer> | undefined {
    const at = this.#bytes.indexOf(LF, this.#searched);
    if (at < 0 || at >= this.#end) {
      this.#searched = this.#end;
      return undefined;
    }
    const line = this.#withoutCarriageReturn(this.#start, at);
    if (line.length > this.maxLine) {
      this.#searched = at; // by one byte, and its LF is here already: found again after a takeBytes
      return undefined;
    }
    this.#start = this.#searched = at + 1;
    return line;
  }

  /** Everything held, as the last line of a stream that has ended; one CR at its end is dropped. */
  takeRest(): Uint8Array<ArrayBuffer> {
    const rest = this.#withoutCarriageReturn(this.#start, this.#end);
    this.#start = this.#searched = this.#end;
    return rest;
  }

  /** Takes at most `count` bytes as they are: a piece of a line too long for the buffer. */
  takeBytes(count: number): Uint8Array<ArrayBuffer> {
    const piece = this.#bytes.subarray(this.#start, Math.min(this.#start + count, this.#end));
    this.#start += piece.length;
    this.#searched = Math.max(this.#searched, this.#start);
    return piece;
  }

  /** Looks at what is held without taking it. */
  peek(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** Forgets everything, so that the buffer can serve another connection. */
  reset(): void {
    this.#start = this.#searched = this.#end = 0;
  }

  #withoutCarriageReturn(start: number, end: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(start, end > start && this.#bytes[end - 1] === CR ? end - 1 : end);
  }
}
