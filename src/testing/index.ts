// Public as "drover/testing": an operating system of scripted processes for tests of host programs.
export { FakeClock } from "./fake-clock.js";
export { FakeOs, type FakeOsOptions } from "./fake-os.js";
export { FakeProcess, type FakeProgram } from "./fake-process.js";
