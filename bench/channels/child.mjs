// A process that is handed one piece of work, says how it went, and ends.
import { fork } from 'node:child_process';
import { once } from 'node:events';

/** @returns what the child `module` says of `work` */
export async function ask(module, work) {
	const child = fork(new URL(module, import.meta.url));
	child.send(work);
	const [figures] = await Promise.race([once(child, 'message'), once(child, 'exit').then(([code]) => Promise.reject(new Error(`${module} ended with ${code}`)))]);
	if (child.exitCode === null) await once(child, 'exit');
	return figures;
}

/** Runs `work` in the child, and says how many messages a second that were, and how much CPU each took. */
export async function measure(count, work) {
	const cpu = process.cpuUsage();
	const started = performance.now();
	await work();
	const seconds = (performance.now() - started) / 1_000;
	const { user, system } = process.cpuUsage(cpu);
	return { perSecond: count / seconds, cpuMs: (user + system) / 1_000 / count };
}
