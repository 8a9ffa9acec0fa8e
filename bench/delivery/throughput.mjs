// Messages per second through n8n: the pack, n8n's own nodes, and a bare script; one provider, one run.
import { join } from 'node:path';
import { digits, heading, judge, median } from '../lib/figures.mjs';
import { dropDatabase, ensureDatabase } from '../segments/database.mjs';
import { runBare } from './bare.mjs';
import { DRAWN_IN_WORDS, fillTable, runDrawn } from './drawn-campaign.mjs';
import { peakMegabytes, SETTINGS_IN_WORDS, startPlain, startWithPeople } from './host.mjs';
import { runOwn } from './own-campaign.mjs';
import { startProvider } from './provider.mjs';

const TARGETS = { drawn: 5, bare: 0.3 };
const DRAWN_BATCH = 500;

export async function timeThroughput({ postgres, people, rounds, atOnce, folder }) {
	heading(`Messages per second, ${people.toLocaleString('en')} people (median of ${rounds})`);
	console.log(`${SETTINGS_IN_WORDS}. ${atOnce} requests at once on our side and from the script.`);
	const provider = await startProvider();
	try {
		const own = await repeat(rounds, async (round) => await inHost(await startWithPeople(join(folder, `own-${round}`), people), async (host) => await runOwn({ host, provider, people, atOnce })));
		print('Campaign Trigger > SMS, embedded store', own);
		const bare = await repeat(rounds, async () => await runBare({ provider, people, atOnce }));
		print('one script, node:http over kept connections', bare);
		judge('messages/s against bare posts', ratio(own, bare), TARGETS.bare, 'least');
		const url = postgres && (await ensureDatabase(postgres, 'campaigns_bench_drawn', false));
		if (!url) return;
		console.log(`Drawn: ${DRAWN_IN_WORDS(DRAWN_BATCH)}`);
		const drawn = await repeat(rounds, async (round) => {
			await fillTable(url, people);
			return await inHost(await startPlain(join(folder, `drawn-${round}`)), async (host) => await runDrawn({ host, provider, postgres: url, people, batch: DRAWN_BATCH }));
		});
		print("n8n's own nodes", drawn);
		judge("messages/s against n8n's own nodes", ratio(own, drawn), TARGETS.drawn, 'least');
		await dropDatabase(postgres, url);
	} finally {
		provider.close();
	}
}

async function repeat(rounds, measure) {
	const figures = [];
	for (let round = 0; round < rounds; round++) figures.push(await measure(round));
	return figures;
}

async function inHost(host, work) {
	try {
		return { ...(await work(host)), peak: peakMegabytes(host) };
	} finally {
		await host.stop();
	}
}

const rates = (figures) => figures.map(({ perSecond }) => perSecond);
const ratio = (ours, others) => median(rates(ours)) / median(rates(others));

function print(what, figures) {
	const { untilFirst, peak } = Object.fromEntries(['untilFirst', 'peak'].map((name) => [name, figures[0][name] && median(figures.map((each) => each[name]))]));
	const first = peak ? `, the first after ${digits(untilFirst)} s, ${digits(peak)} MB at most` : '';
	console.log(`${what}: ${digits(median(rates(figures)))} messages/s (${rates(figures).map(digits).join(', ')})${first}`);
}
