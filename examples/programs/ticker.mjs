// A demo process: says the time every half second, and ends on SIGTERM with exit code 0.
const timer = setInterval(() => console.log(new Date().toISOString()), Number(process.env.PAUSE_MS ?? 500));

process.on("SIGTERM", () => {
  console.log("ending");
  clearInterval(timer);
});
console.log(`ticking as ${process.env.DROVER_NAME}`);
