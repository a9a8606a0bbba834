/**
 * Bytes put together for one write: pieces are copied behind each other into one buffer, which is used
 * again. Made for hot paths: nothing is allocated while the buffer is large enough.
 */

const ZERO = 48;

/** A buffer that grows, and is used again. */
export class ByteBuilder {
  readonly #capacity: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** Begins with nothing; `capacity` bytes are held from the start, and kept. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#bytes = new Uint8Array(capacity);
  }

  /** How many bytes there are. */
  get length(): number {
    return this.#length;
  }

  /** What was put together: valid until {@linkcode ByteBuilder.clear}. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Adds one byte. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Adds a copy of bytes. */
  append(piece: Uint8Array): void {
    this.#reserve(piece.length);
    this.#bytes.set(piece, this.#length);
    this.#length += piece.length;
  }

  /** Adds text of ASCII characters; others do not come out as they went in. */
  ascii(text: string): void {
    this.#reserve(text.length);
    for (let at = 0; at < text.length; at++) this.#bytes[this.#length++] = text.charCodeAt(at);
  }

  /** Adds a whole number from 0 in decimal digits. */
  decimal(value: number): void {
    let digits = 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
    this.#reserve(digits);
    let rest = value;
    for (let at = this.#length + digits; at-- > this.#length; rest = Math.floor(rest / 10)) {
      this.#bytes[at] = ZERO + rest % 10;
    }
    this.#length += digits;
  }

  /** Forgets what there is, and lets go of a buffer that has grown. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > this.#capacity) this.#bytes = new Uint8Array(this.#capacity);
  }

  #reserve(count: number): void {
    const wanted = this.#length + count;
    if (wanted <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(wanted, 2 * this.#bytes.length));
    grown.set(this.written);
    this.#bytes = grown;
  }
}
