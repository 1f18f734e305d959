// Stands in for a database server: listens on the port it is given, and hangs up on everybody.
import { createServer } from "node:net";

createServer((socket) => socket.end()).listen(Number(process.argv[2]), "127.0.0.1");
