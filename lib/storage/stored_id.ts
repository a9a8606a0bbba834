/**
 * User ids as they come out of files: folded already, so anything that would fold was not written
 * by us.
 */

import type { UserId } from "../core/user_id.ts";

const decoder = new TextDecoder("latin1");

const FOLDED = /^[a-z0-9][a-z0-9._-]{0,31}$/;

/** Reads an id of a file; `undefined` for a word that is none. */
export function storedId(word: string = ""): UserId | undefined {
  return FOLDED.test(word) ? word as UserId : undefined;
}

const FIRST_SLOTS = 1024;
const EMPTY = -1;

/**
 * Gives one string for every id, however often it is read: a million users with five buddies each
 * would otherwise hold six million strings where a million will do.
 *
 * A hash table over bytes, because most ids that are read are known already, and need no string to
 * be found: with a Map of strings, reading that million took 10 s, and with this 3 s.
 */
export class IdTable {
  /** Ids in the order they came. */
  readonly #ids: UserId[] = [];
  /**
   * Open addressing: for each slot the place of its id in `#ids`, then its hash. At most half of the
   * slots are taken.
   */
  #slots = emptySlots(FIRST_SLOTS);

  /** The id that stands at these bytes; `undefined` when it is none. */
  read(bytes: Uint8Array, start: number, end: number): UserId | undefined {
    const hash = hashOf(bytes, start, end);
    const slots = this.#slots;
    const mask = slots.length - 2;
    let slot = (hash << 1) & mask;
    for (let place; (place = slots[slot]!) !== EMPTY; slot = (slot + 2) & mask) {
      if (slots[slot + 1] !== hash) continue;
      const id = this.#ids[place]!;
      if (stands(id, bytes, start, end)) return id;
    }
    const id = storedId(decoder.decode(bytes.subarray(start, end)));
    if (id !== undefined) this.#add(id, hash, slot);
    return id;
  }

  #add(id: UserId, hash: number, slot: number): void {
    this.#slots[slot] = this.#ids.length;
    this.#slots[slot + 1] = hash;
    this.#ids.push(id);
    if (this.#ids.length * 4 > this.#slots.length) this.#grow();
  }

  #grow(): void {
    const old = this.#slots;
    const slots = emptySlots(old.length);
    const mask = slots.length - 2;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from] === EMPTY) continue;
      let slot = (old[from + 1]! << 1) & mask;
      while (slots[slot] !== EMPTY) slot = (slot + 2) & mask;
      slots[slot] = old[from]!;
      slots[slot + 1] = old[from + 1]!;
    }
    this.#slots = slots;
  }
}

function emptySlots(count: number): Int32Array {
  return new Int32Array(2 * count).fill(EMPTY);
}

/** FNV-1a, 32 bits. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  // The low bits choose the slot, and differ little for ids that differ in their last letters.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

function stands(id: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (id.length !== end - start) return false;
  for (let at = 0; at < id.length; at++) {
    if (id.charCodeAt(at) !== bytes[start + at]) return false;
  }
  return true;
}
