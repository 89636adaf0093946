/**
 * The built program with a switch: `node test/faults/worker.js '{"roles":["poll","ingest"],"killAt":{"step":"judged","times":3}}'`
 * ends itself with SIGKILL when it reaches that step for the third time; with a step such as `update:messages`, a moment after it has
 * sent that command for the third time, which the database may or may not carry out. Says `ready` to its parent, and what it measured of
 * itself when it is asked.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { MongoClient } from 'mongodb';
import { openApp } from '../../dist/app/start.js';
import { loadConfig } from '../../dist/config/config.js';
import { createLog } from '../../dist/log.js';

const {
  roles = ['poll', 'ingest'],
  killAt = null,
  freezeAt = null,
  timing,
  heartbeat,
} = JSON.parse(process.argv[2] ?? '{}');
/** By then a command has left the process. */
const SENT_MS = 1;
const delay = monitorEventLoopDelay({ resolution: 5 });
const end = killAt ?? freezeAt;
let reached = 0;
const step = (name) => {
  if (name === end?.step && ++reached === end.times)
    process.kill(process.pid, killAt === null ? 'SIGSTOP' : 'SIGKILL');
};

/** Database commands by name, where the URI asks the driver to tell of them (`monitorCommands`). */
const commands = {};
const connect = Reflect.get(MongoClient.prototype, 'connect');
MongoClient.prototype.connect = async function connectAndCount() {
  this.on('commandStarted', ({ commandName, command }) => {
    commands[commandName] = (commands[commandName] ?? 0) + 1;
    const point = `${commandName}:${command[commandName]}`;
    if (point === end?.step) setTimeout(step, SENT_MS, point);
  });
  return await connect.call(this);
};

/** User and system time of the processes that this one has started, of those that ended too (proc(5)). */
function childrenCpuSeconds() {
  const ticksOf = (pid, from) =>
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .split(') ')
      .at(-1)
      .split(' ')
      .slice(from, from + 2)
      .map(Number);
  const children = readdirSync('/proc/self/task').flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
  const ticks = [ticksOf('self', 13), ...children.map((pid) => ticksOf(pid, 11))].flat();
  return ticks.reduce((sum, part) => sum + part, 0) / 100;
}

const config = loadConfig(process.env, { mailboxes: roles.includes('poll') ? 'required' : 'optional' });
const app = await openApp(config, new Set(roles), createLog(config.log.level), { step, timing, heartbeat });
void app.stuck.then(() => process.exit(75));
delay.enable();
process.on('message', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.send?.({
    peakRssMb: maxRSS / 1024,
    longestDelayMs: delay.max / 1e6,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    readerCpuSeconds: childrenCpuSeconds(),
    commands,
  });
});
process.on('disconnect', () => process.exit(1));
process.once('SIGTERM', () => {
  void app.close().then(() => process.exit(0));
});
process.send?.('ready');
