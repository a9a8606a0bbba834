/**
 * What taking an offer would mean here: under which names its files would be kept, what of them is
 * there already, and whether there is room.
 */

import { receivedPaths } from "../core/received_name.ts";
import type { Offer, OfferedFile } from "../wire/transfer_offer.ts";
import type { Occupied, TakenNames, TransferTarget } from "./transfer_target.ts";

/** A file of an offer and its place here. */
export interface PlannedFile {
  /** Its number in the offer. */
  readonly number: number;
  readonly file: OfferedFile;
  /** Its path in the target folder, of safe names. */
  readonly path: readonly string[];
  /** Where it grows. */
  readonly part: string;
  readonly occupied: Occupied;
}

/** What is known before somebody is asked. */
export interface Survey {
  readonly target: TransferTarget;
  readonly files: readonly PlannedFile[];
  readonly folders: readonly (readonly string[])[];
  /** Bytes of all files. */
  readonly bytes: number;
  /** Bytes of them that came before the last transfer was cut off. */
  readonly partialBytes: number;
  /** Files whose names are taken. */
  readonly taken: number;
  /** Bytes that may be written; `undefined` where the system does not tell. */
  readonly freeBytes: number | undefined;
}

/** Looks at everything an offer would touch, and changes nothing. */
export async function survey(offer: Offer, target: TransferTarget): Promise<Survey> {
  const paths = receivedPaths(offer.entries);
  const files: PlannedFile[] = [];
  const folders: (readonly string[])[] = [];
  const known: Parameters<TransferTarget["occupied"]>[2] = new Map();
  for (const [number, entry] of offer.entries.entries()) {
    const path = paths[number]!;
    if (entry.kind === "folder") {
      folders.push(path);
      continue;
    }
    const part = target.partPlace(path, offer.from, entry);
    files.push({
      number,
      file: entry,
      path,
      part,
      occupied: await target.occupied(path, part, known),
    });
  }
  return {
    ...{ target, files, folders },
    bytes: sum(files.map(({ file }) => file.size)),
    partialBytes: sum(files.map(bytesHere)),
    taken: files.filter(({ occupied }) => occupied.kind === "taken").length,
    freeBytes: await target.freeBytes(),
  };
}

/** How much of a file came before; what is longer than the file is no part of it. */
export function bytesHere({ file, occupied }: PlannedFile): number {
  return occupied.kind === "partial" && occupied.bytes <= file.size ? occupied.bytes : 0;
}

/** Whether what has the file's name may be the very same file. */
export function mayBeThere({ file, occupied }: PlannedFile): boolean {
  return occupied.kind === "taken" && occupied.bytes === file.size;
}

/** The files to ask for, when names that are taken are treated so. */
export function wantedFiles({ files }: Survey, taken: TakenNames): PlannedFile[] {
  return files.filter(({ occupied }) =>
    occupied.kind !== "blocked" && (occupied.kind !== "taken" || taken !== "skip")
  );
}

/** Bytes that are still to come of these files, as far as it is known. */
export function missingBytes(files: readonly PlannedFile[]): number {
  return sum(files.map((planned) => {
    return mayBeThere(planned) ? 0 : planned.file.size - bytesHere(planned);
  }));
}

/** Whether there is room for all that is missing. */
export function hasRoom({ files, freeBytes }: Survey): boolean {
  return freeBytes === undefined || missingBytes(files) <= freeBytes;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
