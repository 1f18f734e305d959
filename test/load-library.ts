// What the library loads when the first manager is made. Imported by a test file, whichever test comes first has not to wait for it.
import "../src/manager/manager.js";
import "../src/os/node/node-os.js";
