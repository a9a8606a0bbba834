/**
 * Writing DER (ITU-T X.690), as far as a certificate needs it: each value is a tag, a length, and
 * contents. Only writing: what others wrote is read by Deno.
 */

import { joinBytes } from "../core/bytes.ts";

const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const CONTEXT = 0x80;
const CONSTRUCTED = 0x20;

/** A value with any tag. */
export function derValue(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return joinBytes([Uint8Array.of(tag, ...lengthOctets(length)), ...contents]);
}

/** Values in order. */
export function derSequence(...items: readonly Uint8Array[]): Uint8Array {
  return derValue(SEQUENCE, ...items);
}

/** A set of one value: more would have to be sorted. */
export function derSetOf(item: Uint8Array): Uint8Array {
  return derValue(SET, item);
}

/** True; false is written by leaving it out. */
export function derTrue(): Uint8Array {
  return derValue(BOOLEAN, Uint8Array.of(0xff));
}

/** A number that is not negative, from its bytes, most significant first. */
export function derInteger(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  // A leading bit of 1 would make it negative.
  const sign = (bytes[start] ?? 0) >= 0x80 || bytes.length === 0 ? Uint8Array.of(0) : EMPTY;
  return derValue(INTEGER, sign, bytes.subarray(start));
}

/** Whole bytes, as bits; `unused` of the last ones do not count. */
export function derBits(bytes: Uint8Array, unused = 0): Uint8Array {
  return derValue(BIT_STRING, Uint8Array.of(unused), bytes);
}

/** Bytes; in an extension they hold another value. */
export function derOctets(bytes: Uint8Array): Uint8Array {
  return derValue(OCTET_STRING, bytes);
}

/** Text. */
export function derText(text: string): Uint8Array {
  return derValue(UTF8_STRING, new TextEncoder().encode(text));
}

/** An object identifier, written with dots: `2.5.4.3`. */
export function derObjectId(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const octets = [first * 40 + second, ...rest].flatMap(base128);
  return derValue(OBJECT_IDENTIFIER, Uint8Array.from(octets));
}

/** A moment, to the second. Certificates write years from 2050 on with four digits (RFC 5280). */
export function derTime(at: Date): Uint8Array {
  const digits = at.toISOString().slice(0, 19).replaceAll(/[-T:]/g, "") + "Z";
  const [tag, text] = at.getUTCFullYear() < 2050
    ? [UTC_TIME, digits.slice(2)]
    : [GENERALIZED_TIME, digits];
  return derValue(tag, new TextEncoder().encode(text));
}

/** A value known by its number in the place it stands in, holding other values. */
export function derExplicit(number: number, item: Uint8Array): Uint8Array {
  return derValue(CONTEXT | CONSTRUCTED | number, item);
}

/** The same, in place of a value's own tag. */
export function derImplicit(number: number, bytes: Uint8Array): Uint8Array {
  return derValue(CONTEXT | number, bytes);
}

const EMPTY = new Uint8Array();

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

function base128(arc: number): number[] {
  const octets = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
    octets.unshift(0x80 | rest % 128);
  }
  return octets;
}
