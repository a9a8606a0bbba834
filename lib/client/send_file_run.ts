/**
 * `client send-file`, from its words to its exit.
 */

import { SEND_FILE_PROGRAM } from "../config/file_options.ts";
import { OperationalError } from "../core/errors.ts";
import type { UserId } from "../core/user_id.ts";
import { DatagramSocket } from "../net/udp.ts";
import { BuddyQuery } from "./buddy_query.ts";
import { fileAddress } from "./file_ports.ts";
import { presenceDatagram } from "./login.ts";
import { reachableBuddy } from "./one_call.ts";
import { runs, stopSignalled } from "./one_shot_run.ts";
import { sendFiles } from "./outgoing_files.ts";
import { SCRIPT_STREAMS } from "./script_streams.ts";
import type { ServerLink } from "./server_link.ts";
import { newsOfCommand } from "./transfer_news.ts";
import { gather } from "./transfer_source.ts";

/** Runs `client send-file`. */
export const runSendFileCommand = runs(
  SEND_FILE_PROGRAM,
  async ({ user, link, place, options }) => {
    const to = options.buddy!;
    const gathered = await gather(options.paths);
    const entries = await new BuddyQuery(link, place.udpPort).list(user);
    const { address } = reachableBuddy(user, entries, to);
    const target = await fileAddress(link, to, address.ip);
    await showOurselves(user, to, { link, udpPort: place.udpPort });
    const abort = new AbortController();
    stopSignalled().then(() => abort.abort(new Error("")));
    const outgoing = { from: user, to, address: target, gathered };
    const { isDone, line } = await sendFiles(
      outgoing,
      newsOfCommand(SCRIPT_STREAMS),
      abort.signal,
    );
    if (!isDone) throw new OperationalError(line.text.replace(/\.$/, ""));
    SCRIPT_STREAMS.print(line.text);
  },
);

/** How often it is looked whether the server has heard us, and how far apart. */
const LOOKS = { times: 10, everyMs: 50 } as const;

/**
 * Lets the buddy's client see who we are: the server tells it our address when we said something
 * from here. Somebody who is online with another client has done so; everybody else says OFFLINE,
 * which is true, and keeps the address for a while (protocols/buddy.md, "UDP: presence").
 */
async function showOurselves(
  user: UserId,
  to: UserId,
  { link, udpPort }: { readonly link: ServerLink; readonly udpPort: number },
): Promise<void> {
  const ip = link.reachedIp!;
  using socket = new DisposableStack();
  const said = socket.adopt(
    new DatagramSocket({ hostname: ip.includes(":") ? "::" : "0.0.0.0", port: 0 }),
    (socket) => socket.close(),
  );
  const sayOffline = async (): Promise<void> => {
    const request = { kind: "set", user, status: "OFFLINE", port: 0 } as const;
    await said.sendNow(presenceDatagram(request, link.login), { ip, port: udpPort });
  };
  const aWhile = (): Promise<void> => new Promise((resume) => setTimeout(resume, LOOKS.everyMs));
  if (link.login !== undefined) {
    // Nobody sees the list of another here. What a client of ours publishes tells that it is online.
    const { words } = await link.request({ kind: "info", user });
    if (words.length > 0) return;
    await sayOffline();
    return await aWhile();
  }
  for (let look = 0; look < LOOKS.times; look++) {
    const { entries } = await link.list(to);
    const us = entries.find(({ buddy }) => buddy.toLowerCase() === user);
    // Whose buddy we are not is shown no address of ours, whatever we say.
    if (us === undefined || us.status !== "OFFLINE") return;
    if (look > 0 && us.address !== undefined) return;
    if (look === 0) await sayOffline();
    await aWhile();
  }
}
