// Memory of a process that asks all six questions, at three sizes.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digits, heading, judge } from '../lib/figures.mjs';
import { DATA_DIR } from '../lib/paths.mjs';
import { generateEvents } from './data.mjs';
import { fillStore } from './engines/store.mjs';

const CHILD = fileURLToPath(new URL('./memory-child.mjs', import.meta.url));
/** What a process has anyway; the cache; and 32 bytes per person while a question runs. */
const bound = (people) => 150 + 128 + (people * 32) / 2 ** 20;

export async function printMemory({ people, sizes = [1_000_000, 3_000_000, 10_000_000] }) {
	heading('Memory of a process that asks all questions');
	for (const count of sizes) {
		const folder = join(DATA_DIR, `${people}-${count}`);
		const options = { path: join(folder, 'store.sqlite') };
		mkdirSync(folder, { recursive: true });
		if (!existsSync(join(folder, 'store.done'))) {
			await fillStore(options, people, generateEvents(people, count));
			mkdirSync(join(folder, 'store.done'));
		}
		const { before, peak } = await measure(options);
		console.log(`${count.toLocaleString('en')} events, ${people.toLocaleString('en')} people: ${digits(peak)} MB at most, ${digits(before)} before the first question`);
		judge(`memory at ${count.toLocaleString('en')} events, MB`, peak, Math.round(bound(people)));
	}
}

async function measure(options) {
	const child = spawn(process.execPath, [CHILD, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
	let output = '';
	for await (const chunk of child.stdout) output += chunk;
	return JSON.parse(output);
}
