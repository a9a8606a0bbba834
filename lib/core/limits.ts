/**
 * Maxima that are options or rules of a protocol, each named once; what bounds one file alone stands
 * there. Those a site may want to change are options of the programs
 * with these values as defaults; the rest are fixed by the protocols and say which rule.
 */

/** Bounds on connections, each an option of `server.ts` and of `load_balancer.ts`. */
export interface ConnectionLimits {
  /** Connections open at the same time, from everywhere. */
  readonly maxConnections: number;
  /** Connections open at the same time from one address. */
  readonly maxConnectionsPerAddress: number;
  /** New connections a second from one address, sustained. */
  readonly connectionRate: number;
  /** New connections one address may open at once before the rate applies. */
  readonly connectionBurst: number;
}

/** Limits of the TCP and UDP edges of a server; each is an option of `server.ts`. */
export interface ServerLimits extends ConnectionLimits {
  /** Seconds a client has to send its request. */
  readonly readDeadlineSeconds: number;
}

/** What a server allows unless told otherwise (docs/command-line.md). */
export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  maxConnections: 4096,
  maxConnectionsPerAddress: 256,
  connectionRate: 50,
  connectionBurst: 200,
  readDeadlineSeconds: 10,
};

/**
 * Journals shorter than this are left alone: reading so much takes some 100 ms at start. An option of
 * `server.ts`.
 */
export const COMPACT_FROM_BYTES: number = 4 * 1024 * 1024;

/** Longest buddy request in bytes without its line end, over TCP and UDP. */
export const MAX_BUDDY_LINE_BYTES = 512;

/** Largest UDP payload over IPv4; a GET answer is cut at a line end below it. */
export const MAX_DATAGRAM_BYTES = 65_507;

/** Longest line of a peer chat that is shown in one piece, in bytes. */
export const MAX_PEER_LINE_BYTES = 4096;

/** Longest answer to a call (`ACCEPT`, `REJECT` or another dialect's words) worth reading. */
export const MAX_PEER_ANSWER_BYTES = 256;

/** Seconds a call may ring before it is rejected. */
export const CALL_TIMEOUT_SECONDS = 60;

/** Bytes that may wait for one slow peer before it is given up. */
export const MAX_SEND_QUEUE_BYTES = 256 * 1024;

/** Bytes of answers that are joined before they go out, and their client is waited for. */
export const MAX_JOINED_ANSWER_BYTES = 16 * 1024;

/** Bytes read and thrown away after a reply, so that closing does not reset the connection. */
export const MAX_DRAIN_BYTES = 256 * 1024;

/** Seconds to wait for the other side's close after a reply. */
export const DRAIN_SECONDS = 2;

/** Entries of `name=value` one INFO may store, and the longest name and value in characters. */
export const INFO_LIMITS = { entries: 8, nameLength: 16, valueLength: 128 } as const;

/** Bounds on UDP answers to addresses (protocols/buddy.md, "Limits against abuse"). */
export const ANSWER_LIMITS = {
  /** How long a TCP request proves its address. */
  provenSeconds: 600,
  /** Largest answer to an unproven address, in bytes. */
  unprovenBytes: 1200,
  /** Answers a second to one unproven address, sustained, and at once. */
  unprovenRate: 50,
  unprovenBurst: 100,
  /** Bytes a second to all unproven addresses together. */
  unprovenBytesPerSecond: 1_000_000,
  /** Answers a second to one proven address. */
  provenRate: 500,
  /** Addresses remembered at most; the longest unseen is forgotten first. */
  trackedAddresses: 10_000,
} as const;

/**
 * Seconds a client has for its TLS handshake. A server reads no request before, so that what makes
 * nothing of both is gone after this and its read deadline together: 15 s.
 */
export const TLS_HANDSHAKE_SECONDS = 5;

/** What a balancer allows and waits for; each is an option of it. */
export const BALANCER_LIMITS = {
  /** Seconds to wait for a backend to take a connection. */
  connectTimeoutSeconds: 2,
  /** Seconds a connection may carry nothing before it is closed. */
  idleTimeoutSeconds: 3600,
  /** The same once the backend has said all it will. */
  finishTimeoutSeconds: 60,
  /** Clients that may wait for a place at a backend, and how long in seconds. */
  maxQueue: 1024,
  queueTimeoutSeconds: 5,
  /**
   * Seconds between two health checks of a backend, and seconds one may take. A backend that was
   * stopped is out after at most 1.1 intervals and `fall` checks: 5.2 s, as 6 are promised.
   */
  checkIntervalSeconds: 2,
  checkTimeoutSeconds: 1,
  /** Checks in a row that bring a backend back, and that take it out. */
  rise: 2,
  fall: 3,
  /** Seconds until a backend that came back is given its full share; 0 is at once. */
  slowStartSeconds: 0,
  /** Seconds to wait for the first bytes of a client where they decide. */
  peekTimeoutSeconds: 2,
  /** Seconds a backend has to answer a GET over UDP before another one is asked. */
  udpAnswerTimeoutSeconds: 0.5,
  /** Seconds without a datagram until a room member is forgotten: as long as a server knows one. */
  udpIdleTimeoutSeconds: 300,
  /** Members of rooms, or GETs under way, at once; more are dropped and counted. */
  maxUdpClients: 4096,
  /**
   * Threads that carry connections. One by default: servers that trust the balancer are reached faster
   * by trunk. The most there may be is {@linkcode MAX_BALANCER_WORKERS}.
   */
  workers: 1,
  /** Seconds connections may go on when the balancer stops; the contract says 5 in all. */
  stopGraceSeconds: 4,
} as const;

/** Threads of a balancer: whoever has more cores has a network that is slower than these. */
export const MAX_BALANCER_WORKERS = 16;

/**
 * The most a balancer holds of one direction of a connection, in bytes: what it has read and not
 * yet written. A connection that carries little holds {@linkcode PROXY_SMALL_BUFFER_BYTES}.
 */
export const PROXY_BUFFER_BYTES: number = 64 * 1024;

/** What a direction holds while less than this comes at once: 4000 idle ones are 32 MiB then. */
export const PROXY_SMALL_BUFFER_BYTES: number = 4 * 1024;

/** The most a balancer looks at before it chooses a backend, and the longest PROXY header. */
export const MAX_PEEK_BYTES = 2048;

/** Bounds on what a balancer passes on over UDP; each but the first is per service. */
export const FORWARD_LIMITS = {
  /** The share of the places one address (or IPv6 /64) may have; those we saw over TCP too. */
  perAddress: 1 / 8,
  /** The share of the places that addresses may have which we saw over UDP only: they may be forged. */
  unproven: 1 / 2,
  /** Sockets towards one backend for GETs. */
  lanes: 256,
  /** Milliseconds a socket rests after an answer: a doubled one is not taken for the next. */
  restMs: 250,
  /** Milliseconds in which an answer that was given up may still come, and is dropped. */
  lateMs: 10_000,
  /** GETs a client may have under way at a backend although the last quarter of sockets is used. */
  fewPerClient: 8,
  /** Milliseconds a backend that failed is told of presence before it is asked: a refresh. */
  warmUpMs: 12_000,
  /**
   * The same for one that was down, whose process may be the one of before: what it did not hear, as
   * that somebody left, is true for as long as presence lasts.
   */
  staleMs: 30_000,
  /** Milliseconds a backend is asked last after it was silent where another answered. */
  silentMs: 5000,
  /** Milliseconds a GET goes where its address last went over TCP: others learn of it meanwhile. */
  followMs: 2000,
  /** Rooms and addresses whose TCP connections are counted until their datagrams come. */
  joins: 10_000,
  /** Milliseconds a room member keeps its place of whom nothing is known but datagrams. */
  claimMs: 1000,
} as const;

/** Bounds on trunks between a balancer and a server (docs/protocols/trunk.md). */
export const TRUNK_LIMITS = {
  /** Trunks to each backend. */
  perBackend: 2,
  /** Requests without an answer on one trunk. A balancer that sends more is closed. */
  window: 1024,
  /** Longest answer: far beyond any list of buddies. One that is longer is none. */
  answerBytes: 64 * 1024 * 1024,
  /** Bytes of an answer that a balancer waits for before it passes them on. */
  pieceBytes: 64 * 1024,
  /** Bytes of answers that may wait to be sent before no more requests are read. */
  waitingBytes: 1024 * 1024,
  /** Seconds a balancer waits for an answer before it asks whether the server is there. */
  doubtSeconds: 2,
  /** The same while it waits for none. */
  idleSeconds: 10,
  /** Seconds without a word after that until the trunk is given up. */
  silentSeconds: 4,
  /** Seconds without a word of its balancer until a server lets go of a trunk. */
  lostSeconds: 60,
  /** Seconds until a trunk that was lost or could not be opened is tried again. */
  againSeconds: 1,
} as const;

/** Keys an affinity table remembers; the longest unused is forgotten first. */
export const MAX_AFFINITY_ENTRIES = 100_000;

/** Limits of the room service; each is an option of `server.ts`. */
export interface RoomLimits {
  /** Rooms open at the same time. */
  readonly maxRooms: number;
  /** Members of one room, its host included. */
  readonly maxRoomMembers: number;
  /** Datagrams a second with one token, sustained; more are dropped and counted. */
  readonly roomDatagramRate: number;
  /** Datagrams with one token at once before the rate applies. */
  readonly roomDatagramBurst: number;
  /** Seconds without any datagram after which a member is gone. */
  readonly roomIdleSeconds: number;
}

/** What the room service allows unless told otherwise. */
export const DEFAULT_ROOM_LIMITS: RoomLimits = {
  maxRooms: 2000,
  maxRoomMembers: 256,
  roomDatagramRate: 100,
  roomDatagramBurst: 200,
  roomIdleSeconds: 300,
};

/** Longest payload of a room request in bytes (protocols/rooms.md, TCRP). */
export const MAX_ROOM_PAYLOAD_BYTES = 4096;

/** Largest room datagram to a server in bytes, its header included (protocols/rooms.md, UCRP). */
export const MAX_ROOM_DATAGRAM_BYTES = 4096;

/** Longest token in bytes: a datagram tells its length in one byte (protocols/rooms.md, UCRP). */
export const MAX_ROOM_TOKEN_BYTES = 255;

/** Longest answer about rooms: a list of them is cut at a whole room below it. */
export const MAX_ROOM_ANSWER_BYTES = 256 * 1024;

/** Seconds between two `__REGISTER__` of a client, which keep it from expiring. */
export const ROOM_KEEP_ALIVE_SECONDS = 20;

/**
 * Seconds somebody waits for an answer about rooms: our client for 10, and a room that takes longer
 * to make, because its password waits to be hashed, is not made.
 */
export const ROOM_ANSWER_SECONDS = { client: 10, server: 8 } as const;

/**
 * Messages a second our client sends to a room, and at once, however fast they are typed or piped:
 * below what a server takes, so that none is dropped.
 */
export const ROOM_PACE = { rate: 80, burst: 100 } as const;

/** Rooms with a password one address may create at once, and a minute in the long run. */
export const PROTECTED_CREATES_PER_ADDRESS = 20;

/** Datagrams to members that may wait for the system; more are dropped and counted. */
export const MAX_PENDING_DATAGRAMS = 20_000;

/**
 * How many password hashes are made at once (each takes 32 MiB, and a thread for a quarter of a
 * second), and how many may wait: the last of a hundred waits for about 13 s.
 */
export const PASSWORD_WORK = { atOnce: 2, waiting: 100 } as const;

/** Longest password in bytes (protocols/login-chat.md, "1..256 bytes"). */
export const MAX_PASSWORD_BYTES = 256;

/**
 * Longest frame of the login chat in bytes, its LF included (protocols/login-chat.md, "at most 4096
 * bytes"). A CR before the LF is dropped, and does not count.
 */
export const MAX_CHAT_FRAME_BYTES = 4096;

/**
 * Log lines a second in the long run, an option of the programs that serve, and for how many seconds
 * at once: a burst is told in full.
 */
export const LOG_FLOOD = { rate: 5000, burstSeconds: 10 } as const;

/** Characters of lines that wait for whoever reads stderr; more are left out, and counted. */
export const MAX_WAITING_LOG: number = 1024 * 1024;

/** Longest log file in bytes, and how many older ones are kept; both are options. */
export const LOG_FILES = { maxBytes: 10 * 1024 * 1024, keep: 5 } as const;

/** Names of one kind that a status page shows at most. */
export const MAX_SHOWN_NAMES = 200;

/** Pages that may be kept live at the same time, of the status page and of the wire view each: a course. */
export const MAX_EVENT_STREAMS = 128;

/** What the login chat allows; each is an option of `server.ts`. */
export interface ChatLimits {
  /** Connections to the login chat at the same time. */
  readonly maxClients: number;
  /** Least length of a new password, in characters. */
  readonly minPassword: number;
  /** Seconds somebody has to log in. */
  readonly loginDeadlineSeconds: number;
}

/** What the login chat allows unless told otherwise (protocols/login-chat.md). */
export const DEFAULT_CHAT_LIMITS: ChatLimits = {
  maxClients: 1024,
  minPassword: 4,
  loginDeadlineSeconds: 60,
};

/** Seconds of silence after which a login chat client is asked whether it is there. */
export const CHAT_PING_SECONDS = 60;

/** Bounds on wrong passwords (docs/protocols/login-chat.md, `429 TOO MANY ATTEMPTS`). */
export const LOGIN_LIMITS = {
  /** Wrong passwords for one name from one address: at once, and a minute in the long run. */
  perPair: { atOnce: 5, perMinute: 5 },
  /** The same for one name from everywhere: some hundred an hour. */
  perName: { atOnce: 100, perMinute: 2 },
  /** The same from one address for all names: a classroom may sit behind it. */
  perAddress: { atOnce: 20, perMinute: 20 },
  /** How long a wrong password for a name is remembered of its address: the two above refuse it. */
  lateSeconds: 3600,
  /** Addresses a name has logged in from that are remembered. */
  homesPerName: 8,
  /** New names from one address: a school at once, and so many a minute in the long run. */
  newNames: { atOnce: 200, perMinute: 10 },
  /** Names, addresses, and the two together: so many of each are remembered, the latest used. */
  tracked: 10_000,
} as const;

/** Bounds on sessions of accounts with passwords (docs/protocols/accounts.md). */
export const SESSION_LIMITS = {
  /** Sessions at once of one user, and in all; beyond that the longest unused one ends. */
  perUser: 16,
  inAll: 10_000,
  /** Seconds a session lasts that is not used, and that is. */
  idleSeconds: 3600,
  lifeSeconds: 86_400,
  /** Seconds that a request may be older, or newer, than the server thinks it is. */
  skewSeconds: 60,
  /** How far behind the highest counter one may be that was not seen yet: datagrams overtake. */
  window: 1024,
} as const;

/**
 * Seconds that LOG and REG with a password may take: our client waits longer than a password may wait
 * for its turn at the server.
 */
export const LOGIN_ANSWER_SECONDS = { client: 25, server: 20 } as const;

/** What a trace keeps for those who look at it later. */
export const TRACE_LIMITS = {
  /** Messages kept; the oldest go first. */
  messages: 1000,
  /** Bytes of messages kept, together. */
  bytes: 2 * 1024 * 1024,
  /** Bytes kept of one message; a longer one is cut. */
  bytesOfMessage: 4096,
  /** Characters shown of one text; a longer one is cut. */
  text: 1000,
  /** Messages told to a page at a time: so much is held for one that does not read. */
  batch: 50,
  /** Fields shown of one message. */
  fields: 64,
  /** Addresses and tokens whose user is remembered; the longest unused is forgotten first. */
  known: 10_000,
} as const;

/** Bounds on sending files between buddies (docs/protocols/files.md). */
export const TRANSFER_LIMITS = {
  /** Longest offer in bytes, and the most files and folders it may name. */
  offerBytes: 4 * 1024 * 1024,
  entries: 20_000,
  /** Folders one in another, and bytes of one name. */
  depth: 32,
  nameBytes: 1024,
  /** Bytes of a file in one frame: the most that is taken, and what we send. */
  dataBytes: 1024 * 1024,
  pieceBytes: 256 * 1024,
  /** Bytes of the reason for an end. */
  reasonBytes: 512,
  /** Files that may be asked for before the first of them has come. */
  wants: 64,
  /** Connections to the port for files at once, in all and from one address. */
  connections: 32,
  perAddress: 16,
  /** New ones from one address, a second in the long run, and at once: a class may share one. */
  connectionRate: 20,
  connectionBurst: 100,
  /** The same for offers that ask a person. */
  questionRate: 1,
  questionBurst: 30,
  /** Seconds to tell what is offered. */
  offerSeconds: 10,
  /** Seconds an offer waits for its answer. */
  answerSeconds: 300,
  /** Seconds between two signs of life while there is nothing else to send, and without any. */
  aliveSeconds: 10,
  silentSeconds: 35,
} as const;
