/** What a process may do; any number of processes share the work. */
export const roles = ['poll', 'ingest', 'dashboard'] as const;
export type Role = (typeof roles)[number];
