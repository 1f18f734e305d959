// A little HTTP server: answers every request with its PID, and ends on SIGTERM.
import { createServer } from "node:http";

const port = Number(process.env.PORT ?? 18473);
const server = createServer((request, response) => {
  console.log(`${request.method} ${request.url}`);
  response.end(`hello from process ${process.pid}\n`);
});

server.on("error", (error) => {
  console.error(`cannot listen on port ${port}: ${error.message}`);
  process.exit(1);
});
server.listen(port, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${port}`));

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => {
    console.log("closing");
    server.closeAllConnections();
    server.close(() => process.exit(0));
  });
}
