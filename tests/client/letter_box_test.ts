import { assertEquals } from "@std/assert";
import { LetterBox } from "../../lib/client/letter_box.ts";
import { PresenceLink } from "../../lib/client/presence_link.ts";
import { ServerLink } from "../../lib/client/server_link.ts";
import { TransferTarget } from "../../lib/client/transfer_target.ts";
import { listenEverywhere } from "../../lib/net/tcp.ts";
import { eventually } from "../support/eventually.ts";
import { HeldTime } from "../support/held_time.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { TempDir } from "../support/temp_dir.ts";
import { TestServer } from "../support/server.ts";
import { BOB, holdOffer } from "../support/transfers.ts";

Deno.test("LetterBox asks again when the answer may be for the offer before", async () => {
  using time = new HeldTime(); // the offers come right behind each other
  await using directory = await TempDir.make();
  await using server = await TestServer.start();
  const told: string[] = [];
  const answers = new TransformStream<string, string>();
  const typing = answers.writable.getWriter();
  const log = new RecordedLog();
  const link = new ServerLink({ host: "127.0.0.1", tcpPort: server.tcp }, log);
  const listener = listenEverywhere(0);
  const presence = new PresenceLink(
    { udpPort: server.udp, messagePort: 1, refreshSeconds: 60 },
    link,
    { clock: Date.now, log },
  );
  const target = await TransferTarget.open(directory.path);
  const box = new LetterBox({ user: BOB, target, yes: false, taken: "rename", keep: true }, {
    ...{ listener, presence, link, log },
    streams: {
      tell: (text) => void told.push(text),
      status() {},
      ...{ print: () => true, printForeign: () => true },
      lines: () => answers.readable.values(),
    },
  });
  const over = box.run();
  const isTold = (text: string, times: number): Promise<void> =>
    eventually(text, () => told.filter((line) => line.includes(text)).length === times);

  const notes = await holdOffer(listener.addr.port, "notes.txt");
  await isTold("Take it?", 1);
  await notes.takeBack();
  await isTold("took the offer back.", 1);
  const tool = await holdOffer(listener.addr.port, "tool.exe");
  await isTold("Take it?", 2);
  await typing.write("y");
  await isTold("This is another offer than the one before: tool.exe (5 bytes) of ", 1);
  await isTold("Take it?", 3);
  await typing.write("n");
  await isTold("Turned down", 1);
  await tool.takeBack();
  // What goes away at once, before it is known whose it is, is not told of.
  for (const name of ["a", "b"]) await (await holdOffer(listener.addr.port, name)).takeBack();
  const isLastTold = isTold("wants to send you last", 1);
  for (let isHere = false; !isHere;) {
    const last = await holdOffer(listener.addr.port, "last");
    // The box is busy until it has seen the end of the offer before, as its sender has.
    const isBusy = last.refused.then(() => false);
    isHere = await Promise.race([isLastTold.then(() => true), isBusy]);
    await last.takeBack();
    time.advance(1000); // or they come too often
  }
  await eventually("the end", () => told.at(-1)!.includes("took the offer back."));
  const count = (text: string): number => told.filter((line) => line.includes(text)).length;
  // One was answered.
  assertEquals(count("took the offer back."), count("wants to send you") - 1);
  box.stop();
  assertEquals(await over, true);
  link.close();
  assertEquals(await directory.names(), []);
});
