/** The options of one balanced service: one port, and the backends behind it. */

import {
  BALANCER_LIMITS as LIMITS,
  DEFAULT_SERVER_LIMITS,
  TLS_HANDSHAKE_SECONDS,
} from "../core/limits.ts";
import { UsageError } from "../core/errors.ts";
import { backendName, backends, type BackendSettings, datagramBackends } from "./backend_option.ts";
import {
  addressRanges,
  choice,
  optionalPort,
  optionalRemotePort,
  type OptionTable,
  type OptionValues,
  port,
  seconds,
  secondsOrOff,
  text,
  toggle,
  wholeNumber,
} from "./option.ts";

const COUNT = { min: 1, max: 1_000_000 } as const;
const TIMES = { min: 1, max: 100 } as const;

/** The ways to choose a backend. */
export const STRATEGIES = [
  "round-robin",
  "least-connections",
  "two-choices",
  "hash-address",
  "hash-user",
  "hash-room",
  "first",
] as const;

/** The name of a way to choose a backend. */
export type StrategyName = typeof STRATEGIES[number];

/** The names in a row of help, without the usual one, and those that hash in one word. */
function strategiesText(): string {
  const others = STRATEGIES.filter((name) => name !== "round-robin");
  const hashing = others.filter((name) => name.startsWith("hash-"));
  const named = others.filter((name) => !hashing.includes(name));
  return `${named.join(",")},hash-${hashing.map((name) => name.slice("hash-".length)).join("|")}`;
}

const CLASSIC: readonly BackendSettings[] = [5001, 5002].map((port) => ({
  host: "127.0.0.1",
  port,
  weight: 1,
  max: Infinity,
  isBackup: false,
}));

/** Every option of a service. */
export const SERVICE_OPTIONS = {
  listen: port("listen", 1234, "port clients come to; 0 asks the system for a free one"),
  host: text("host", "ADDR", "0.0.0.0", "address to listen on; :: for IPv4 and IPv6"),
  backends: backends("backend", CLASSIC, "server [,weight=N][,max=N][,backup]"),
  udpListen: optionalPort("udp-listen", "port for datagrams, of presence or (hash-room) rooms"),
  udpBackends: datagramBackends("udp-backend", "where the backends take them, in the same order"),
  strategy: {
    ...choice(
      "strategy",
      STRATEGIES,
      "round-robin",
      strategiesText(),
    ),
    valueName: "NAME",
  },
  affinity: secondsOrOff("affinity", 0, "seconds an address keeps its backend; 0 is off"),
  connectTimeout: seconds(
    "connect-timeout",
    LIMITS.connectTimeoutSeconds,
    "seconds to wait for a backend to take a connection",
  ),
  idleTimeout: seconds(
    "idle-timeout",
    LIMITS.idleTimeoutSeconds,
    "seconds a connection may carry nothing",
  ),
  finishTimeout: seconds(
    "finish-timeout",
    LIMITS.finishTimeoutSeconds,
    "the same once the backend has ended its side",
  ),
  peekTimeout: seconds(
    "peek-timeout",
    LIMITS.peekTimeoutSeconds,
    "seconds to wait for the bytes a choice depends on",
  ),
  maxQueue: wholeNumber("max-queue", LIMITS.maxQueue, COUNT, "clients that may wait for a place"),
  queueTimeout: seconds("queue-timeout", LIMITS.queueTimeoutSeconds, "seconds they may wait"),
  check: choice(
    "check",
    ["answer", "buddy", "connect"],
    "answer",
    "health check: answer to end of input, buddy probe, TCP connect",
  ),
  checkInterval: seconds(
    "check-interval",
    LIMITS.checkIntervalSeconds,
    "seconds between health checks",
  ),
  checkTimeout: seconds("check-timeout", LIMITS.checkTimeoutSeconds, "seconds one may take"),
  rise: wholeNumber("rise", LIMITS.rise, TIMES, "good checks in a row until a backend is up"),
  fall: wholeNumber("fall", LIMITS.fall, TIMES, "failures in a row until it is down"),
  udpAnswerTimeout: seconds(
    "udp-answer-timeout",
    LIMITS.udpAnswerTimeoutSeconds,
    "seconds a backend has to answer GET before another is asked",
  ),
  udpIdleTimeout: seconds(
    "udp-idle-timeout",
    LIMITS.udpIdleTimeoutSeconds,
    "seconds without a datagram until a room member is forgotten",
  ),
  maxUdpClients: wholeNumber(
    "max-udp-clients",
    LIMITS.maxUdpClients,
    COUNT,
    "room members, or GETs under way, at once",
  ),
  slowStart: secondsOrOff(
    "slow-start",
    LIMITS.slowStartSeconds,
    "seconds until a backend that came back has its full share; 0 is off",
  ),
  allow: addressRanges("allow", "clients to serve, everybody when not given"),
  deny: addressRanges("deny", "clients to turn away, whatever --allow says"),
  sendProxy: toggle("send-proxy", "tell backends the client's address: PROXY protocol, version 1"),
  sendProxyV2: toggle("send-proxy-v2", "the same in version 2, binary"),
  udpSendProxy: toggle("udp-send-proxy", "the same in front of every datagram, version 2"),
  trunk: {
    ...toggle("trunk", "a connection for each buddy request, also to servers that offer trunks"),
    default: true,
  },
  acceptProxy: addressRanges("accept-proxy", "other balancers, which tell the client's address"),
  tlsCert: text("tls-cert", "FILE", undefined, "certificate chain (PEM): clients speak TLS"),
  tlsKey: text("tls-key", "FILE", undefined, "its private key (PEM)"),
  handshakeTimeout: seconds(
    "handshake-timeout",
    TLS_HANDSHAKE_SECONDS,
    "seconds a client has for its TLS handshake",
  ),
  tellTlsPort: optionalRemotePort(
    "tell-tls-port",
    "the TLS port that answers to CAP tell clients of buddies",
  ),
  maxConnections: wholeNumber(
    "max-connections",
    DEFAULT_SERVER_LIMITS.maxConnections,
    COUNT,
    "connections open at once",
  ),
  maxConnectionsPerAddress: wholeNumber(
    "max-connections-per-address",
    DEFAULT_SERVER_LIMITS.maxConnectionsPerAddress,
    COUNT,
    "connections open at once from one address",
  ),
  connectionRate: wholeNumber(
    "connection-rate",
    DEFAULT_SERVER_LIMITS.connectionRate,
    COUNT,
    "new connections a second from one address",
  ),
  connectionBurst: wholeNumber(
    "connection-burst",
    DEFAULT_SERVER_LIMITS.connectionBurst,
    COUNT,
    "new connections one address may open at once",
  ),
} satisfies OptionTable;

/** The options of a service, read. */
export type ServiceOptions = OptionValues<typeof SERVICE_OPTIONS>;

/**
 * Checks what options cannot check one by one.
 *
 * @param where what to call the service in a message
 * @throws UsageError naming the options that do not go together
 */
export function checkService(service: ServiceOptions, where: string): ServiceOptions {
  const refuse: (what: string) => never = (what) => {
    throw new UsageError(`Cannot use ${where}: ${what}`);
  };
  if ((service.tlsCert === undefined) !== (service.tlsKey === undefined)) {
    refuse("TLS needs both --tls-cert and --tls-key");
  }
  if (service.sendProxy && service.sendProxyV2) {
    refuse("--send-proxy and --send-proxy-v2 say different things, give one of them");
  }
  if (service.backends.every(({ weight }) => weight === 0)) {
    refuse("every backend has weight 0, so none would ever be chosen");
  }
  if (service.strategy === "first") {
    const apart = service.backends.find(({ max, isBackup }) => isBackup || max !== Infinity);
    if (apart !== undefined) {
      refuse(
        `"max" and "backup" would part clients that --strategy first keeps together; ` +
          `leave them out of the backend ${backendName(apart)}`,
      );
    }
  }
  checkDatagrams(service, refuse);
  return service;
}

function checkDatagrams(service: ServiceOptions, refuse: (what: string) => never): void {
  const { udpListen, udpBackends, backends } = service;
  if (udpListen === undefined) {
    if (udpBackends.length > 0) refuse("--udp-backend needs --udp-listen");
    if (service.udpSendProxy) refuse("--udp-send-proxy needs --udp-listen");
  } else if (udpBackends.length !== backends.length) {
    refuse(
      `--udp-listen needs an --udp-backend for each backend, in the same order: ` +
        `there are ${backends.length} and ${udpBackends.length}`,
    );
  }
}
