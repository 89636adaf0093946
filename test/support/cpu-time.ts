/** Milliseconds of CPU that this process has used. Unlike a clock it ignores other programs on the machine. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
