/** Imported before the gateway's own program: SIGUSR2 stops its thread for good, as a bug that never returns would. */
process.on('SIGUSR2', () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
