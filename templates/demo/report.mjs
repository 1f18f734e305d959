// A job: says the time and ends.
console.log(`report of ${new Date().toISOString()}`);
