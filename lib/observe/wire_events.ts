/**
 * The messages of a record as server-sent events. Each page is told from where it is, as fast as it
 * reads: what it was too slow for, and is not kept any more, it is told to have missed. What was not
 * kept any more when it came, it has not missed.
 */

import { copyOf } from "../core/bytes.ts";
import { TRACE_LIMITS } from "../core/limits.ts";
import { encodeEvent, streamAnswer, tooManyStreams } from "./event_streams.ts";
import { wireJson } from "./wire_json.ts";
import type { WireRecord } from "./wire_record.ts";

/**
 * Answers a page that wants to listen.
 *
 * @param lastId what the page had last, as events are numbered here; empty for a new one
 */
export function wireEvents(record: WireRecord, lastId: string): Response {
  let wake = (): void => {};
  let isGone = false;
  const unwatch = record.watch(() => wake());
  if (unwatch === undefined) return tooManyStreams();
  const [start, last] = lastId.split(" ");
  let told = start === record.start ? Number(last) : (record.after(0)[0]?.id ?? 1) - 1;
  // Says that it works, before there is anything to tell.
  let greeting: Uint8Array<ArrayBuffer> | undefined = eventOf(record, told, []);
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (greeting !== undefined) {
        controller.enqueue(greeting);
        greeting = undefined;
        return;
      }
      let messages = record.after(told);
      while (messages.length === 0 && !isGone) {
        await new Promise<void>((resolve) => wake = resolve);
        messages = record.after(told);
      }
      messages = messages.slice(0, TRACE_LIMITS.batch);
      if (isGone) return;
      const event = eventOf(record, told, messages);
      told = messages.at(-1)!.id;
      controller.enqueue(event);
    },
    cancel() {
      isGone = true;
      unwatch();
      wake();
    },
  }, { highWaterMark: 1 });
  return streamAnswer(body);
}

const encoder = new TextEncoder();

function eventOf(
  record: WireRecord,
  told: number,
  messages: ReturnType<WireRecord["after"]>,
): Uint8Array<ArrayBuffer> {
  const missed = messages.length === 0 ? 0 : messages[0]!.id - told - 1;
  const last = messages.at(-1)?.id ?? told;
  return copyOf([
    encoder.encode(`id: ${record.start} ${last}\n`),
    encodeEvent("messages", { start: record.start, missed, messages: messages.map(wireJson) }),
  ]);
}
