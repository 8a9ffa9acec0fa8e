import { segmentsOfRuns } from '../../../engine/campaigns/segments-of-runs';
import { publishCampaign } from '../../../engine/campaigns/publish';
import { ColumnStore } from '../../../engine/columns/column-store';
import { ingest } from '../../../engine/people/ingest';
import { whoIs } from '../../../engine/people/who';
import { questions } from '../../../engine/questions';
import { mayHoldSame, type Rule } from '../../../engine/segments';
import { saveSegment } from '../../../engine/segments/saved/save';
import { bringUpToDate } from '../../support/columns';
import { describeDatabases } from '../../support/connections';
import { START } from '../../support/stores';

const HOUR = 3_600_000;
const did = (event: string, yes = true): Rule => ({ event, did: yes, when: { last: 7, unit: 'days' } });
const abandoned: Rule = { same: { property: { Viewed: 'sku', Charged: 'item' }, rule: { all: [did('Viewed'), did('Charged', false)] } } };

describeDatabases('the values of a constant event property', (database) => {
	let numbers: Record<string, number>;
	beforeEach(async () => {
		const viewed = (user: string, sku: unknown, hoursAgo: number) => ({ user, name: 'Viewed', ts: START - hoursAgo * HOUR, properties: { sku } });
		const charged = (user: string, item: string, hoursAgo: number) => ({ user, name: 'Charged', ts: START - hoursAgo * HOUR, properties: { item } });
		await database().call(ingest, {
			profiles: ['ann', 'bob', 'cyd', 'dee', 'eve'].map((id) => ({ id })),
			events: [
				viewed('ann', 'shoe', 5), viewed('ann', 'hat', 3), viewed('ann', 'bag', 1), charged('ann', 'hat', 2),
				...[1, 2, 3, 4, 5, 6, 7].map((sku) => viewed('bob', sku, sku)),
				viewed('cyd', 'hat', 2), charged('cyd', 'hat', 1),
				viewed('dee', 'x'.repeat(513), 1), viewed('dee', 'y'.repeat(512), 2),
				viewed('eve', 'z'.repeat(600), 1),
			],
		});
		const { ids } = await database().transact(async (tx) => await whoIs(tx, { entries: [], ids: ['ann', 'bob', 'cyd', 'dee', 'eve'] }));
		numbers = Object.fromEntries(ids.map(({ id, person }) => [id, person]));
	});

	async function ask(rule: Rule, who: string[], now?: number): Promise<Record<string, unknown[]>> {
		const people = who.map((id) => numbers[id] as number);
		const context = { now: START, zone: 'UTC', columns: new ColumnStore() };
		const found = await database().transact(async (tx) => await questions.sameValues(tx, { rule, people, now }, context));
		expect(structuredClone(found)).toEqual(found);
		const named = found.map(({ person, values }) => [Object.keys(numbers).find((id) => numbers[id] === person), values] as const);
		return Object.fromEntries(named) as Record<string, unknown[]>;
	}

	it.each([false, true])('are the newest first, five at most, of the people asked about who have some (in chunks: %s)', async (inChunks) => {
		if (inChunks) await bringUpToDate(database());
		expect(await ask(abandoned, ['ann', 'bob', 'cyd'])).toEqual({ ann: ['bag', 'shoe'], bob: [1, 2, 3, 4, 5] });
		expect(await ask({ all: [abandoned, { bucket: { from: 0, to: 999 } }] }, ['ann'])).toEqual({ ann: ['bag', 'shoe'] });
		expect(await ask(abandoned, [])).toEqual({});
	});

	it('are those of another moment when asked for', async () => {
		expect(await ask(abandoned, ['ann', 'cyd'], START - 2.5 * HOUR)).toEqual({ ann: ['hat', 'shoe'] });
	});

	it('leave out what is too long for an item', async () => {
		expect(await ask(abandoned, ['dee', 'eve'])).toEqual({ dee: ['y'.repeat(512)] });
	});

	it('are found in a saved segment that the rule names', async () => {
		await database().call(saveSegment, { name: 'Abandoned', rule: abandoned });
		await database().call(saveSegment, { name: 'Plain', rule: did('Viewed') });
		expect(await ask({ segment: 'Abandoned' }, ['ann'])).toEqual({ ann: ['bag', 'shoe'] });
		expect(await ask({ segment: 'Plain' }, ['ann'])).toEqual({});
		await expect(ask({ segment: 'Gone' }, ['ann'])).rejects.toMatchObject({ code: 'unknown_reference' });
		await expect(ask({ all: [{ event: 'x' } as Rule] }, ['ann'])).rejects.toMatchObject({ code: 'invalid_rule' });
	});

	it('are asked for by the segment a run began with', async () => {
		const publish = async (campaignId: string, segment: Rule) => {
			const definition = { segment, schedule: { kind: 'now' as const }, runKey: 'now', blockSize: 10, graceMs: 0, maxLatenessMs: HOUR };
			const { run } = await database().call(publishCampaign, { campaignId, workflowId: 'w', name: 'C', labels: [], definition, byOperator: true });
			return run?.run as number;
		};
		const [first, second] = [await publish('a', abandoned), await publish('b', did('Viewed'))];
		const found = await database().call(segmentsOfRuns, { runs: [second, first, 999] });
		expect(found.sort((a, b) => a.run - b.run)).toEqual([{ run: first, segment: abandoned }, { run: second, segment: did('Viewed') }]);
		await database().transact(async (tx) => await tx.run("UPDATE run SET state = 'running' WHERE run = $1", [first]));
		await publish('a', did('Charged'));
		expect(await database().call(segmentsOfRuns, { runs: [first] })).toEqual([{ run: first, segment: abandoned }]);
	});
});

test.each<[Rule, boolean]>([
	[abandoned, true],
	[{ any: [did('Viewed'), { all: [abandoned] }] }, true],
	[{ segment: 'VIP' }, true],
	[{ all: [{ list: 'Import' }, did('Viewed'), { not: abandoned }, { not: { segment: 'VIP' } }] }, false],
])('whether %j may have values for messages: %s', (rule, expected) => expect(mayHoldSame(rule)).toBe(expected));
