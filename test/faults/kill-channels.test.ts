import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

import { openStore } from '../../engine/store/open';
import type { Store } from '../../engine/store/store';
import { drawAllChannels, reachablePeople, startAllChannels, type Asked, type TestedChannel } from '../support/all-channels';
import { killsWanted, planKills, seededRandom } from '../support/kills';
import { TestN8n } from '../support/n8n';
import { forgetCrash } from '../support/supervisor';
import { until } from '../support/until';

/*
 * One campaign with a sender of every channel; n8n is killed while all of them send. No channel may reach anybody twice, or
 * forget anybody; and only what was under way at a kill may be unknown.
 */

const kills = Math.min(killsWanted(4), 10);
const PEOPLE = 600;

jest.setTimeout((8 + kills) * 60_000);

interface Outcome {
	person: string;
	state: string;
	reason: string | null;
}

describe(`n8n killed ${kills} times while all channels send`, () => {
	let folder: string;
	let path: string;
	let n8n: TestN8n;
	let store: Store;
	let all: Awaited<ReturnType<typeof startAllChannels>>;
	let campaign: { workflowId: string; campaignId: string };

	beforeAll(async () => {
		all = await startAllChannels();
		folder = mkdtempSync(join(tmpdir(), 'campaigns-kill-channels-'));
		path = join(folder, 'store.sqlite');
		store = await openStore({ path });
		n8n = await TestN8n.start({ mode: 'regular', env: { N8N_CAMPAIGNS_STORE: path } });
		await store.ingest({ profiles: reachablePeople(PEOPLE, all.webPushUrl) });
		campaign = await drawAllChannels(n8n.api, all.channels, { people: 40, seconds: 1 });
	});
	afterAll(async () => {
		await store?.close();
		await n8n?.stop();
		await all?.close();
		rmSync(folder, { recursive: true, force: true });
	});

	const taken = () => all.channels.flatMap(({ asked }) => asked).filter((one) => one.taken).length;

	it('reaches everybody once on each channel or says that it does not know', async () => {
		const moments = planKills(kills, PEOPLE * all.channels.length, seededRandom());
		await n8n.api.publish(campaign.workflowId);
		for (const { accepted, delayMs } of moments) {
			await until(`${accepted} messages`, () => taken() >= accepted, 180_000);
			await sleep(delayMs);
			await n8n.kill('SIGKILL');
			await forgetCrash(join(n8n.folder, 'main'));
			await n8n.start();
		}
		const report = await until('the run is over', async () => {
			const [run] = await store.ask('runsOf', { campaignId: campaign.campaignId });
			const found = run && (await store.ask('runReport', { run: run.run }));
			return found?.state === 'finished' ? found : undefined;
		}, 180_000);
		// Whoever was reached on one channel was reached.
		const reachedPeople = new Set(all.channels.flatMap(({ sender }) => outcomesOf(path, sender).filter(({ state }) => state === 'sent').map(({ person }) => person)));
		expect(report).toMatchObject({ qualified: PEOPLE, sent: reachedPeople.size, waiting: 0, unaccounted: 0 });
		for (const channel of all.channels) {
			const outcomes = outcomesOf(path, channel.sender);
			expect({ channel: channel.sender, problems: problemsOf(channel, outcomes) }).toEqual({ channel: channel.sender, problems: [] });
			console.info(`${channel.sender}: ${JSON.stringify(Object.fromEntries([...Map.groupBy(outcomes, ({ state }) => state)].map(([state, those]) => [state, those.length])))}`);
		}
	});

	/** What contradicts the promise, in words. */
	function problemsOf({ asked, inFlight }: TestedChannel, outcomes: readonly Outcome[]): string[] {
		const took = Map.groupBy(asked.filter((one) => one.taken), ({ person }) => person);
		const byPerson = new Map(outcomes.map((outcome) => [outcome.person, outcome]));
		const unknown = outcomes.filter(({ state }) => state === 'unknown').length;
		return [
			...(outcomes.length === PEOPLE && byPerson.size === PEOPLE ? [] : [`${outcomes.length} messages to ${byPerson.size} people`]),
			...(unknown <= kills * inFlight ? [] : [`${unknown} are unknown, at most ${kills * inFlight} were under way`]),
			...[...took].filter(([, those]) => times(those) > 1).map(([person, those]) => `${person} was sent to ${times(those)} times`),
			...outcomes.flatMap(({ person, state, reason }) => {
				if (state === 'unknown') return [];
				if (state !== 'sent') return [`${person} is ${state}: ${reason}`];
				return took.has(person) ? [] : [`${person} is recorded as sent, and the provider was not asked`];
			}),
		];
	}
});

/** What the provider tells apart counts once. */
function times(asked: readonly Asked[]): number {
	return new Set(asked.map(({ once }, index) => once ?? index)).size;
}

function outcomesOf(path: string, sender: string): Outcome[] {
	const rows = new DatabaseSync(path, { readOnly: true });
	try {
		return rows
			.prepare(`SELECT i.value AS person, m.state, m.reason FROM message m JOIN node n ON n.node = m.node JOIN identity i ON i.person = m.person AND i.kind = 'user' WHERE n.name = ?`)
			.all(sender) as unknown as Outcome[];
	} finally {
		rows.close();
	}
}
