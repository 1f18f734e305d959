// An HTTP API on PORT. It is ready a moment after its start, and with a DATABASE_PORT only while that is listened on.
import { createServer } from "node:http";
import { connect } from "node:net";

const { PORT, DATABASE_PORT } = process.env;
const warmAt = Date.now() + 300;

function isDatabaseUp() {
  if (DATABASE_PORT === undefined) return true;
  return new Promise((resolve) => {
    const socket = connect(Number(DATABASE_PORT), "127.0.0.1", () => resolve(socket.end() !== undefined));
    socket.on("error", () => resolve(false));
  });
}

const server = createServer(async ({ url }, response) => {
  if (url !== "/ready") return void response.end("hello\n");
  response.writeHead(Date.now() >= warmAt && (await isDatabaseUp()) ? 200 : 503).end();
});
server.listen(Number(PORT), "127.0.0.1");

process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
