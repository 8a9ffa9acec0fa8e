// Asks every question several times and prints the process's memory: before, and the most it ever had.
import { readFileSync } from 'node:fs';
import { openOwnStore } from './engines/store.mjs';
import { QUESTIONS } from './questions.mjs';

const store = await openOwnStore(JSON.parse(process.argv[2]), 'store');
const before = process.memoryUsage().rss / 2 ** 20;
for (let round = 0; round < 5; round++) for (const { key } of QUESTIONS) await store.ask(key);
console.log(JSON.stringify({ before, peak: peakMegabytes() }));
await store.close();

/** Of this process alone: what getrusage says may be its parent's. */
function peakMegabytes() {
	try {
		return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 2 ** 10;
	} catch {
		return process.resourceUsage().maxRSS / 2 ** 10;
	}
}
