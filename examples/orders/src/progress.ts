/** Says on a terminal what goes on; elsewhere nothing. */
export function progress(step: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\u001b[2m… ${step}\u001b[22m\n`);
}
