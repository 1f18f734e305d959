import { expect, test } from "vitest";
import { importText } from "../../src/formats/import-text.js";
import { errorsOf, lossesOf, namesOf, onlyTemplate, places } from "./told.js";

const text = `name: shop
x-base: &base
  restart: unless-stopped
  environment: &env
    LOG: \${LOG:-info}
services:
  db:
    image: postgres:16
    command: ["postgres", "-c", "port=\${DB_PORT:-5432}"]
    environment:
      POSTGRES_PASSWORD: \${SECRET:?needed}
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U $$USER"]
      interval: 1m30s
      timeout: 3s
      retries: 5
      start_period: 10s
    volumes: [data:/var/lib/postgresql]
    deploy:
      resources: { limits: { memory: 512m, cpus: "0.5" } }
      restart_policy: { condition: on-failure, delay: 5s, max_attempts: 3, window: 2m }
  api:
    <<: *base
    entrypoint: [node, --enable-source-maps]
    command: server.js --greeting "hello world"
    environment:
      <<: *env
      DB: postgres://db:5432
      PRICE: 5$$
      TOKEN:
    env_file: [api.env, { path: local.env, required: false }]
    depends_on:
      db: { condition: service_healthy }
      migrate: { condition: service_completed_successfully }
    user: "1000:www"
    stop_signal: SIGINT
    stop_grace_period: 1m
    scale: 2
    labels: ["team=shop", flag]
  migrate:
    command: ./migrate up
    depends_on: [db]
    profiles: [tools]
    working_dir: /app
volumes: { data: {} }
`;

test("what of a file means local processes", () => {
  const imported = importText(text, { ...places, env: { DB_PORT: "6543" } });
  expect(imported.format).toBe("docker-compose");
  expect(errorsOf(imported)).toEqual([]);
  const [db, api, migrate] = imported.templates;
  expect(db).toMatchObject({
    ...{ name: "db", runOnStartup: true, cwd: "/host/data", missingEnv: "EMPTY" },
    program: { kind: "command", command: "postgres", shell: false },
    args: ["-c", "port=6543"],
    env: { POSTGRES_PASSWORD: "${SECRET:?needed}" },
    readiness: {
      check: { kind: "exec", command: "/bin/sh", args: ["-c", "pg_isready -U $USER"] },
      ...{ intervalMs: 90_000, timeoutMs: 3000, failureThreshold: 5, startPeriodMs: 10_000 },
    },
    limits: { maxMemoryBytes: 512 * 1024 * 1024, maxCpuPercent: 50 },
    restart: {
      ...{ mode: "ON_FAILURE", maxRestarts: 3, resetAfterMs: 120_000 },
      backoff: { initialMs: 5000, maxMs: 5000 },
    },
  });
  expect(api).toMatchObject({
    program: { kind: "command", command: "node" },
    args: ["--enable-source-maps", "server.js", "--greeting", "hello world"],
    env: { LOG: "${LOG:-info}", DB: "postgres://db:5432", PRICE: "5$" },
    envFiles: ["/host/data/api.env"],
    dependsOn: [
      { name: "db", condition: "READY" },
      { name: "migrate", condition: "SUCCEEDED" },
    ],
    runAs: { user: "1000", group: "www" },
    stop: { signal: "SIGINT", gracePeriodMs: 60_000 },
    labels: { team: "shop", flag: "" },
    instances: 2,
    restart: { mode: "ALWAYS", maxRestarts: "unlimited", backoff: { initialMs: 100, multiplier: 2, maxMs: 60_000 } },
  });
  expect(Object.keys(api?.env ?? {})).not.toContain("TOKEN");
  expect(migrate).toMatchObject({
    runOnStartup: false,
    dependsOn: [{ name: "db", condition: "STARTED" }],
    restart: { mode: "NEVER" },
  });
  expect(lossesOf(imported)).toEqual([
    "dropped services.db.image: the program must be on this machine",
    "approximated services.db.command: with DB_PORT as it is right now",
    "dropped services.db.volumes: processes use the directories and files of this machine",
    "approximated services.db.deploy.resources.limits.memory: restarted when it is over this for 10 seconds",
    "approximated services.db.deploy.resources.limits.cpus: restarted when it is over this for 10 seconds; it is not slowed down",
    "approximated services.api.env_file: files that are not required are left out, as they do not exist right now",
    "approximated services.migrate.profiles: it is not started by itself: `drover start` does",
    "dropped services.migrate.working_dir: there is no /app here: it runs in the directory of the file",
    "dropped volumes: processes use the directories of this machine",
  ]);
});

const one = (service: object, options = {}) =>
  onlyTemplate(JSON.stringify({ services: { a: { command: "x", ...service } } }), options);

test("what is left out means what Docker says", () => {
  expect(one({ healthcheck: { test: "curl x" } })).toMatchObject({
    startTimeoutMs: 86_400_000,
    readiness: {
      check: { kind: "exec", command: "/bin/sh", args: ["-c", "curl x"] },
      ...{ intervalMs: 30_000, timeoutMs: 30_000, failureThreshold: 3, startPeriodMs: 0 },
    },
    restart: { mode: "NEVER", resetAfterMs: 10_000 },
    stop: { signal: "SIGTERM", gracePeriodMs: 10_000 },
    runOnStartup: true,
    instances: 1,
  });
  expect(one({})).toMatchObject({ readiness: undefined, liveness: undefined, limits: undefined });
});

test("checks that are none", () => {
  const ways = [{ test: ["NONE"] }, { disable: true, test: "x" }, { interval: "5s" }, { test: "NONE", disable: true }];
  for (const healthcheck of ways) expect(one({ healthcheck }).readiness).toBeUndefined();
  expect(one({ healthcheck: { test: ["CMD", "a", 1] } }).readiness?.check).toMatchObject({ command: "a", args: ["1"] });
});

test.each([
  ["no", "NEVER", "unlimited"],
  ["always", "ALWAYS", "unlimited"],
  ["on-failure", "ON_FAILURE", "unlimited"],
  ["on-failure:4", "ON_FAILURE", 4],
  ["unless-stopped", "ALWAYS", "unlimited"],
])("restart: %s", (restart, mode, maxRestarts) => {
  expect(one({ restart }).restart).toMatchObject({ mode, maxRestarts });
});

test("variables come from the environment, and then from .env beside the file", () => {
  const readFile = (path: string) => (path === "/host/data/.env" ? "A=file\nB='from file'\nN=3\n" : undefined);
  const options = { readFile, env: { A: "host", EMPTY: "" } };
  const service = {
    command: [
      "x",
      "$A",
      "${B}",
      "${C-none}",
      "${EMPTY-unset}",
      "${EMPTY:-empty}",
      "${A:+set}",
      "${C:+set}",
      "$$A",
      "${C:-${B}}",
    ],
    scale: "${N}",
  };
  const template = one(service, options);
  expect(template.args).toEqual(["host", "from file", "none", "", "empty", "set", "", "$A", "from file"]);
  expect(template.instances).toBe(3);
});

test("a service that is scaled to nothing does not run", () => {
  const services = {
    a: { command: "x", scale: 0 },
    b: { command: "x", deploy: { replicas: 0 } },
    c: { command: "x", scale: 2 },
  };
  const imported = importText(JSON.stringify({ services }), places);
  expect(errorsOf(imported)).toEqual([]);
  expect(imported.templates.map(({ enabled, instances }) => [enabled, instances])).toEqual([
    [false, 1],
    [false, 1],
    [true, 2],
  ]);
});

test("mistakes have their places, and the good ones are imported", () => {
  const imported = importText(
    `services:
  cache:
    image: redis
  a: { command: "'open", restart: often }
  b: { command: x, depends_on: { a: { condition: soon } }, healthcheck: { test: [CMD] } }
  c: { command: "x \${NEEDED:?set it}" }
  d: { command: "x \${A^^}" }
  e: { command: x, extends: { service: a } }
  f: { command: x, environment: { A: "\${B:+c}" }, mem_limit: lots, colour: red }
  g:
  h: { command: x, env_file: [{ required: false }], cpus: [[{ toString: 0 }]], logging: { options: { max-file: many } } }
  ok: { command: x, colour: red }
`,
    places,
  );
  expect(namesOf(imported)).toEqual(["ok"]);
  expect(errorsOf(imported)).toEqual([
    "f:3:5: services.cache: has no command: what its image runs is not known here; expected command or entrypoint",
    "f:4:17: services.a.command: the quote ' at character 1 is never closed; expected a command line, or a list of words",
    'f:4:35: services.a.restart: unknown word "often"; expected no, always, unless-stopped, on-failure or on-failure:N',
    'f:5:50: services.b.depends_on.a.condition: unknown condition "soon"; expected one of service_started, service_healthy, service_completed_successfully',
    'f:5:81: services.b.healthcheck.test: is a list; expected a line for a shell, or a list that begins with "CMD", "CMD-SHELL" or "NONE"',
    "f:6:17: services.c.command: needs the variable NEEDED: set it",
    'f:7:17: services.d.command: has a reference drover cannot read: "${A^^}"; expected ${VAR}, ${VAR:-default}, ${VAR:?message}',
    "f:8:29: services.e.extends: is not followed; expected a service that is complete; import what `docker compose config` prints",
    "f:9:38: services.f.environment.A: has a reference that templates have nothing for; expected ${VAR}, ${VAR:-default}, ${VAR:?message}",
    'f:9:62: services.f.mem_limit: is the text "lots"; expected a size such as 512m or 1gb',
    "f:10:5: services.g: is null; expected an object",
    "f:11:30: services.h.env_file: has a file without a path; expected a path, or a list of paths",
    "f:11:59: services.h.cpus: is a list; expected a number of CPUs such as 0.5",
    'f:11:112: services.h.logging.options.max-file: is the text "many"; expected a number of files such as 3',
  ]);
});

test("what .env tells is in the environment of a service, where the environment of the import does not win over it", () => {
  const service =
    "services: { a: { command: x, environment: { A: '${IN_FILE}', B: 'p-${BOTH}', C: '${NONE:-$PLAIN}', D: $$IN_FILE, IN_FILE: } } }";
  const readFile = (path: string) =>
    path === "/host/data/.env" ? "IN_FILE='a$b{}'\nBOTH=file\nPLAIN=x$\nUNUSED=1" : undefined;
  const imported = importText(service, { ...places, readFile, env: { BOTH: "host" } });
  expect(imported.templates[0]?.env).toEqual({
    A: "a$b{}",
    B: "p-${BOTH}",
    C: "${NONE:-x$}",
    D: "$IN_FILE",
    IN_FILE: "a$b{}",
  });
  expect(lossesOf(imported)).toEqual([
    "approximated services.a.environment: with IN_FILE, PLAIN as .env has it right now",
  ]);
  const cut = importText("services: { a: { command: x, environment: { A: '${NONE:-$IN_FILE}' } } }", {
    ...places,
    readFile,
  });
  expect(errorsOf(cut)[0]).toContain(
    "f:1:48: services.a.environment.A: has a reference that templates have nothing for",
  );
  const listed = importText("services: { a: { command: x, environment: [IN_FILE, HOME, __proto__=1] } }", {
    ...places,
    readFile,
  });
  expect(errorsOf(listed)).toEqual(["f:1:43: services.a.environment.__proto__: is not allowed as a name"]);
});
