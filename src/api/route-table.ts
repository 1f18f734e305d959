/** A query parameter of a route. */
export interface QueryEntry {
  readonly name: string;
  readonly type: "boolean" | "integer" | "string";
  readonly text: string;
}

/** What people and generators of clients are told about a route. */
export interface RouteEntry {
  readonly method: "get" | "post" | "delete";
  /** With parameters as `{name}`. */
  readonly path: string;
  readonly summary: string;
  /** Status of an answer that is no error. */
  readonly status: number;
  readonly content?: "application/json" | "text/event-stream" | "text/plain";
  readonly query?: readonly QueryEntry[];
  /** Fields of the body, and what they are. */
  readonly body?: Readonly<Record<string, string>>;
}

const wait: QueryEntry = { name: "wait", type: "boolean", text: "false: the answer comes at once, with 202" };
const lines: QueryEntry = { name: "lines", type: "integer", text: "how many of the last lines; default 100" };
const logQuery: readonly QueryEntry[] = [
  lines,
  { name: "stream", type: "string", text: "stdout or stderr; default both" },
  { name: "since", type: "string", text: "only lines seen since then: how long ago, such as 10m, or a time" },
  { name: "until", type: "string", text: "only lines seen before then" },
  { name: "grep", type: "string", text: "only lines this matches: a regular expression in the syntax of RE2" },
  { name: "follow", type: "boolean", text: "true: server-sent events, which Last-Event-ID resumes" },
];
const selectionQuery: readonly QueryEntry[] = [
  { name: "name", type: "string", text: "name or pattern; may be given several times" },
  { name: "group", type: "string", text: "a group" },
];
const several = { names: "list of names or patterns", group: "a group", all: "true: all processes" } as const;
const stopBody = { gracePeriod: "time to end by itself, such as 5s", signal: "the signal sent first" } as const;

const verbs = {
  start: "Start it, after what it depends on, and wait until it is ready",
  stop: "Stop it, and wait until nothing of it is left",
  restart: "Stop it if it runs, and start it; tells the old and the new PID",
  kill: "End it with SIGKILL",
} as const;

function verbRoutes(verb: keyof typeof verbs): readonly RouteEntry[] {
  const extra = verb === "stop" ? stopBody : {};
  return [
    {
      method: "post",
      path: `/api/processes/{name}/${verb}`,
      summary: verbs[verb],
      status: 200,
      query: [wait],
      body: extra,
    },
    {
      method: "post",
      path: `/api/processes/${verb}`,
      summary: `The same for several processes, in their order; 207 when it failed for some`,
      status: 200,
      query: [wait],
      body: { ...several, ...extra },
    },
  ];
}

/** Every route there is. A test holds it against the routes that are served. */
export const routeTable: readonly RouteEntry[] = [
  { method: "get", path: "/api/processes", summary: "All processes", status: 200 },
  { method: "get", path: "/api/processes/{name}", summary: "One process", status: 200 },
  {
    method: "post",
    path: "/api/processes",
    summary: "Make a process from a template; nothing starts",
    status: 201,
    body: { "…": "the fields of a template" },
  },
  { method: "delete", path: "/api/processes/{name}", summary: "Forget a process without stopping it", status: 200 },
  ...verbRoutes("start"),
  ...verbRoutes("stop"),
  ...verbRoutes("restart"),
  ...verbRoutes("kill"),
  {
    method: "post",
    path: "/api/processes/{name}/signal",
    summary: "Send a signal to the process itself",
    status: 200,
    body: { signal: "name or number" },
  },
  {
    method: "post",
    path: "/api/processes/{name}/scale",
    summary: "Change how many processes there are of a template",
    status: 200,
    body: { instances: "a whole number from 1 up" },
  },
  {
    method: "get",
    path: "/api/processes/{name}/wait",
    summary: "Answers when the process is ready, or has exited",
    status: 200,
    query: [
      { name: "for", type: "string", text: "ready (default) or exited" },
      { name: "timeout", type: "string", text: "how long at most, such as 10s" },
    ],
  },
  {
    method: "get",
    path: "/api/processes/{name}/explain",
    summary: "Why it does not run, is not ready, or waits",
    status: 200,
  },
  {
    method: "get",
    path: "/api/processes/{name}/logs",
    summary: "The last lines it has written; with follow=true as server-sent events, then each new one",
    status: 200,
    query: logQuery,
  },
  {
    method: "get",
    path: "/api/logs",
    summary: "The same of several processes, by the times of their lines; of all without a name or group",
    status: 200,
    query: [...selectionQuery, ...logQuery],
  },
  {
    method: "delete",
    path: "/api/processes/{name}/logs",
    summary: "Throw away what it has written, the rotated files included",
    status: 200,
  },
  {
    method: "delete",
    path: "/api/logs",
    summary: "The same of several processes, of all without a name or group",
    status: 200,
    query: selectionQuery,
  },
  {
    method: "get",
    path: "/api/events",
    summary: "What is, then every change, as server-sent events, which Last-Event-ID resumes",
    status: 200,
    content: "text/event-stream",
  },
  { method: "post", path: "/api/processes/plan", summary: "What reload would do now", status: 200 },
  {
    method: "post",
    path: "/api/processes/reload",
    summary: "Read the templates anew and act on what has changed; 207 when it failed for some",
    status: 200,
  },
  { method: "get", path: "/api/manager", summary: "The manager itself", status: 200 },
  {
    method: "post",
    path: "/api/shutdown",
    summary: "End the manager and its processes; answers when that is done",
    status: 200,
    body: { keepsDetached: "true: detached processes run on" },
  },
  { method: "get", path: "/health", summary: "Whether everything is as it was asked for", status: 200 },
  {
    method: "get",
    path: "/metrics",
    summary: "Measurements in the text format of Prometheus",
    status: 200,
    content: "text/plain",
  },
  { method: "get", path: "/openapi.json", summary: "This description as an OpenAPI 3.1 document", status: 200 },
  { method: "get", path: "/api/pm/list", summary: "All processes, the way processman tells them", status: 200 },
  { method: "post", path: "/api/pm/{id}/start", summary: "Start it, with processman's answer", status: 200 },
  { method: "post", path: "/api/pm/{id}/stop", summary: "Stop it, with processman's answer", status: 200 },
  { method: "post", path: "/api/pm/{id}/restart", summary: "Restart it, with processman's answer", status: 200 },
  { method: "get", path: "/api/pm/{id}/logs", summary: "Its last lines, as texts", status: 200, query: [lines] },
];
