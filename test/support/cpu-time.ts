/** Milliseconds of CPU that this process has used. Unlike a clock it does not count what others on the machine take meanwhile. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
