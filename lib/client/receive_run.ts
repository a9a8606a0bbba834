/**
 * `client receive`, from its words to its exit.
 */

import { RECEIVE_PROGRAM } from "../config/file_options.ts";
import { OperationalError } from "../core/errors.ts";
import { listenEverywhere } from "../net/tcp.ts";
import { BuddyQuery } from "./buddy_query.ts";
import { LetterBox } from "./letter_box.ts";
import { runs, stopSignalled } from "./one_shot_run.ts";
import { PeerCalls } from "./peer_calls.ts";
import { PresenceLink } from "./presence_link.ts";
import { SCRIPT_STREAMS } from "./script_streams.ts";
import { TransferTarget } from "./transfer_target.ts";
import { typedPath } from "./user_directory.ts";

/** Seconds between telling and asking presence. */
const REFRESH_SECONDS = 10;

/** Runs `client receive`. */
export const runReceiveCommand = runs(
  RECEIVE_PROGRAM,
  async ({ user, link, place, options, log }) => {
    const target = await TransferTarget.open(typedPath(options.folder));
    await new BuddyQuery(link, place.udpPort).list(user); // is there such a user?
    const listener = listenEverywhere(0);
    const calls: PeerCalls = new PeerCalls(
      listener,
      {
        ring: () => calls.reject(),
        ...{ ringEnded() {}, turnedAway() {}, ringing() {}, callFailed() {} },
        ...{ chatBegun() {}, said() {}, chatEnded() {} },
      },
      log,
    );
    const presence = new PresenceLink(
      { udpPort: place.udpPort, messagePort: listener.addr.port, refreshSeconds: REFRESH_SECONDS },
      link,
      { clock: Date.now, log },
    );
    const box = new LetterBox(
      { ...options, user, target },
      {
        ...{ presence, link, log, streams: SCRIPT_STREAMS },
        listener: listenEverywhere(options.filesPort),
      },
    );
    stopSignalled().then(() => box.stop());
    await presence.goOnline(user, "AWAY");
    try {
      const isDone = await box.run();
      if (!isDone) throw new OperationalError("Not everything was received");
    } finally {
      await Promise.all([calls.stop(), presence.goOffline()]);
    }
  },
);
