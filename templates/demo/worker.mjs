// A worker that says every few seconds that it is still there, and ends on SIGTERM.
const pause = Number(process.env.PAUSE_MS ?? 5000);
let jobs = 0;

const timer = setInterval(() => {
  jobs += 1;
  console.log(`job ${jobs} done`);
}, pause);

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => {
    clearInterval(timer);
    console.log(`ending after ${jobs} jobs`);
  });
}
console.log(`working, a job every ${pause} ms`);
