// How much memory n8n has at most while a campaign goes out, by the size of the audience; and when its first message leaves.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digits, heading, judge, median } from '../lib/figures.mjs';
import { megabytes, peakMegabytes, startWithPeople } from './host.mjs';
import { runOwn } from './own-campaign.mjs';
import { startProvider } from './provider.mjs';

const TARGET_MB = 200;

/** Where memory is plenty, V8 lets garbage lie for long: what is needed shows when the heap is as large as on a small server. */
const HEAP_MB = 640;

/** @param sizes [people, rounds] from the smallest audience to the largest */
export async function measureMemory({ sizes, atOnce, folder }) {
	heading(`Memory of the n8n process, its heap of at most ${digits(HEAP_MB)} MB, and the first message, by audience`);
	const provider = await startProvider();
	const peaks = [];
	try {
		for (const [people, rounds] of sizes) {
			const figures = [];
			for (let round = 0; round < rounds; round++) figures.push(await once({ provider, people, atOnce, folder: join(folder, `memory-${people}-${round}`) }));
			const of = (name) => median(figures.map((each) => each[name]));
			peaks.push(of('peak'));
			const all = figures.map(({ peak }) => digits(peak)).join(', ');
			console.log(`${people.toLocaleString('en')} people: ${digits(of('peak'))} MB at most (${all}), ${digits(of('before'))} before; the first message after ${digits(of('untilFirst'))} s, ${digits(of('perSecond'))} messages/s`);
		}
	} finally {
		provider.close();
	}
	const [[least], [most]] = [sizes[0], sizes.at(-1)];
	judge(`peak at ${most.toLocaleString('en')} people above that at ${least.toLocaleString('en')}, MB`, peaks.at(-1) - peaks[0], TARGET_MB);
}

async function once({ provider, people, atOnce, folder }) {
	const host = await startWithPeople(folder, people, { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` });
	try {
		const before = megabytes(host);
		const figures = await runOwn({ host, provider, people, atOnce });
		return { ...figures, before, peak: peakMegabytes(host) };
	} finally {
		await host.stop();
		await rm(folder, { recursive: true, force: true });
	}
}
