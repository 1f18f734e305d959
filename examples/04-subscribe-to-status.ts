// Observes a process: snapshots, changes of state, resources, and what the kernel knows.
import { createProcessManager } from "drover";
import { filter, firstValueFrom, take } from "rxjs";

const manager = await createProcessManager({ statusPeriod: "100ms" });
const sleeper = manager.newProcess("sleeper", "sleep", { args: ["60"] });

sleeper.notifications$.subscribe({
  next: ({ previous, state }) => console.log(`state: ${previous ?? "(first)"} → ${state}`),
  complete: () => console.log("no more states: the manager is closed"),
});
await sleeper.start();

const { name, threads, umask } = await sleeper.updateStatus();
console.log(`kernel: ${name}, ${threads} thread, umask known: ${umask !== undefined}`);
const { processes, memoryBytes } = await firstValueFrom(sleeper.stats$.pipe(take(1)));
console.log(`resources: ${processes} process, uses memory: ${memoryBytes > 0}`);

// A stopped process is still alive; every subscriber sees it within one period.
const stopped = firstValueFrom(sleeper.status$.pipe(filter(({ state }) => state === "stopped")));
await sleeper.signal("SIGSTOP");
console.log(`seen: ${(await stopped).state}, alive ${sleeper.isAlive()}`);

await manager.close();
