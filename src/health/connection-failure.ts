/** Why a connection failed, in words that complete "GET http://…: …" or stand alone. */
export function describeConnectionFailure(error: unknown, place: string): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "";
  const words = connectionFailures[code];
  if (words !== undefined) return `${words(place)} (${code})`;
  const message = error instanceof Error ? error.message : String(error);
  // All addresses of a name tried in vain give an AggregateError, which has no message of its own.
  return message === "" ? `no connection to ${place} (${code === "" ? "unknown error" : code})` : message;
}

const connectionFailures: Readonly<Partial<Record<string, (place: string) => string>>> = {
  ECONNREFUSED: (place) => `nothing listens on ${place}`,
  ENOENT: (place) => `there is no socket at ${place}`,
  ENOTSOCK: (place) => `${place} is not a socket`,
  EAGAIN: (place) => `${place} does not accept connections, its queue is full`,
  EACCES: (place) => `no permission to connect to ${place}`,
  EPERM: (place) => `no permission to connect to ${place}`,
  ECONNRESET: (place) => `${place} closed the connection without a complete answer`,
  EPIPE: (place) => `${place} closed the connection without a complete answer`,
  EHOSTUNREACH: (place) => `there is no way to ${place}`,
  ENETUNREACH: (place) => `there is no way to ${place}`,
  ETIMEDOUT: (place) => `${place} does not answer`,
  ENOTFOUND: (place) => `the host name of ${place} is not known`,
  EAI_AGAIN: (place) => `the host name of ${place} cannot be looked up now`,
};
