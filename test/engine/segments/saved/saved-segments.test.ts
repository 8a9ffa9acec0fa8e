import { ColumnStore } from '../../../../engine/columns/column-store';
import { publishCampaign } from '../../../../engine/campaigns/publish';
import { createList } from '../../../../engine/people/lists/create';
import { referencesIn, resolveReferences } from '../../../../engine/segments/references';
import type { Rule } from '../../../../engine/segments/rule';
import { explainRule, savedSegment, savedSegments } from '../../../../engine/segments/saved/read';
import { deleteList, deleteSegment } from '../../../../engine/segments/saved/remove';
import { renameSegment, saveSegment } from '../../../../engine/segments/saved/save';
import { endUses, recordRunUse } from '../../../../engine/segments/saved/uses';
import { reportAlive } from '../../../../engine/store/processes';
import { describeDatabases } from '../../../support/connections';
import { START } from '../../../support/stores';

const lyon: Rule = { profile: 'city', is: 'equals', value: 'Lyon' };
const paying: Rule = { event: 'Charged', did: true };

describeDatabases('saved segments', (database) => {
	const save = async (name: string, rule: Rule, more: { reference?: string; description?: string } = {}) => await database().call(saveSegment, { name, rule, ...more });
	const get = async (reference: string, now = START) => await database().transact(async (tx) => await savedSegment(tx, { reference }, { now, zone: 'UTC', columns: new ColumnStore() }));
	const resolve = async (rule: Rule) => await database().transact(async (tx) => await resolveReferences(tx, rule));
	const rename = async (reference: string, name: string) => await database().call(renameSegment, { reference, name });

	it('are saved once per name, without regard to case and spaces, and changed by name or id', async () => {
		const first = await save('VIP', lyon, { description: 'of Lyon' });
		expect(first).toEqual({ id: expect.stringMatching(/^segment_[0-9a-f]{16}$/), name: 'VIP', created: true });
		expect(await save(' v i p', paying)).toEqual({ id: first.id, name: 'v i p', created: false });
		expect(await get(first.id)).toMatchObject({ name: 'v i p', description: 'of Lyon', rule: paying, sentence: 'Has done Charged', createdAt: START });
		expect(await save('Payers', paying, { reference: 'VIP', description: '' })).toMatchObject({ id: first.id, created: false });
		expect(await get('payers')).toMatchObject({ id: first.id, description: '' });
		expect((await database().transact(savedSegments)).map(({ name }) => name)).toEqual(['Payers']);
	});

	it('stay reachable by every name they had, until another takes it', async () => {
		const { id } = await save('VIP', lyon);
		await rename('VIP', 'Gold');
		await rename('vip', 'Platinum');
		for (const reference of [id, 'VIP', 'gold', 'Platinum']) expect(await resolve({ segment: reference })).toEqual(lyon);
		const other = await save('VIP', paying);
		expect(other).toMatchObject({ created: true });
		expect(await resolve({ segment: 'VIP' })).toEqual(paying);
		expect(await resolve({ segment: 'Gold' })).toEqual(lyon);
		await expect(rename('Gold', 'V I P')).rejects.toMatchObject({ code: 'name_taken', message: 'There is a saved segment called "VIP" already.' });
		await database().call(deleteSegment, { reference: 'VIP' });
		await expect(resolve({ segment: 'VIP' })).rejects.toMatchObject({ code: 'unknown_reference' });
	});

	it.each(['', '   ', 'x'.repeat(201), 'a\nb', 'segment_0123456789abcdef'])('refuse the name %j', async (name) => {
		await expect(save(name, lyon)).rejects.toMatchObject({ code: 'invalid_name' });
	});

	it('keep what they name by id, so that it survives a rename, and say it by its name of now', async () => {
		const vip = await save('VIP', lyon);
		const list = await database().call(createList, { name: 'Spring import' });
		const rule: Rule = { all: [{ segment: 'vip' }, { not: { list: 'spring IMPORT' } }, { any: [paying, { segment: vip.id }] }] };
		await save('Loyal', rule);
		const stored = { all: [{ segment: vip.id }, { not: { list: list.id } }, { any: [paying, { segment: vip.id }] }] };
		await rename('VIP', 'Gold');
		expect(await get('Loyal')).toMatchObject({ rule: stored, sentence: expect.stringMatching(/segment "Gold".*list "Spring import"/) });
		expect(await database().transact(async (tx) => await explainRule(tx, { rule: { segment: 'VIP' } }))).toMatch(/"Gold"/);
		expect(await resolve({ segment: 'Loyal' })).toEqual({ all: [lyon, { not: { list: list.id } }, { any: [paying, lyon] }] });
		await save('Gold', paying);
		expect(await resolve({ not: { segment: 'Loyal' } })).toMatchObject({ not: { all: [paying, expect.anything(), expect.anything()] } });
	});

	it('name what is not there with its place and the nearest name', async () => {
		await save('Loyal', lyon);
		const rule: Rule = { all: [{ segment: 'Loyale' }, { any: [{ not: { list: 'x' } }] }] };
		const message = 'The segment rule cannot be used: all[0].segment: there is no saved segment called "Loyale"; did you mean "Loyal"?; all[1].any[0].not.list: there is no custom list called "x".';
		for (const attempt of [resolve, async () => await save('A', rule)]) await expect(attempt(rule)).rejects.toMatchObject({ code: 'unknown_reference', message });
		await expect(get('nobody')).rejects.toMatchObject({ code: 'unknown_reference' });
		await expect(save('A', { any: [] })).rejects.toMatchObject({ code: 'invalid_rule' });
		await expect(save('A', lyon, { reference: 'nobody' })).rejects.toMatchObject({ code: 'unknown_reference' });
	});

	it('cannot be made of each other', async () => {
		await expect(save('Self', { segment: 'Self' })).rejects.toMatchObject({ code: 'unknown_reference' });
		await save('VIP', lyon);
		await save('Loyal', { all: [{ segment: 'VIP' }] });
		await save('Best', { not: { segment: 'Loyal' } });
		for (const [rule, path] of [
			[{ segment: 'VIP' }, 'VIP -> VIP'],
			[{ any: [lyon, { segment: 'Loyal' }] }, 'VIP -> Loyal -> VIP'],
			[{ segment: 'Best' }, 'VIP -> Best -> Loyal -> VIP'],
		] as Array<[Rule, string]>) {
			await expect(save('VIP', rule)).rejects.toMatchObject({ code: 'segment_cycle', message: `Saved segments cannot be made of each other: ${path}.` });
		}
		expect(await get('VIP')).toMatchObject({ rule: lyon });
		const twice: Rule = { all: [{ segment: 'VIP' }, { segment: 'VIP' }] };
		expect(await resolve(twice)).toEqual({ all: [lyon, lyon] });
	});

	it('cannot be made of ever more others', async () => {
		await save('s0', lyon);
		const twice = (i: number): Rule => ({ any: [{ segment: `s${i}` }, { segment: `s${i}` }] });
		for (let i = 1; i <= 8; i++) await save(`s${i}`, twice(i - 1));
		await expect(save('s9', twice(8))).rejects.toMatchObject({ code: 'segment_too_large' });
	});

	it('of a newer version are refused', async () => {
		await save('VIP', lyon);
		await database().transact(async (tx) => await tx.run(`UPDATE saved_segment SET rule = '{"version":99,"all":[]}'`));
		await expect(resolve({ segment: 'VIP' })).rejects.toMatchObject({ code: 'invalid_rule' });
	});

	it('lists every reference of a rule with its place', () => {
		expect(referencesIn({ all: [{ segment: 'a' }, { not: { any: [{ list: 'b' }, lyon] } }] })).toEqual([
			{ kind: 'segment', to: 'a', path: 'all[0].segment' },
			{ kind: 'list', to: 'b', path: 'all[1].not.any[0].list' },
		]);
	});

	describe('in use', () => {
		const publish = async (rules: Record<string, Rule>, byOperator = true) =>
			await database().call(publishCampaign, {
				campaignId: 'w1:n1', workflowId: 'w1', name: 'Carts', labels: [], byOperator,
				definition: { segment: Object.values(rules)[0] as Rule, schedule: { kind: 'now' }, runKey: 'now', blockSize: 10, graceMs: 0, maxLatenessMs: 1_000 },
				uses: { workflowName: 'Abandoned carts', segments: Object.entries(rules).map(([nodeName, rule], index) => ({ nodeId: `n${index + 1}`, nodeName, rule })) },
			});
		const drop = async (reference: string, evenIfUsed?: boolean, now = START) => await database().call(deleteSegment, { reference, evenIfUsed }, now);
		const alive = async (until: number) => await database().transact(async (tx) => await reportAlive(tx, 'test', START, until));

		it('by segments or published workflows are not deleted; the error names each', async () => {
			const vip = await save('VIP', lyon);
			await database().call(createList, { name: 'Import' });
			await save('Loyal', { segment: 'VIP' });
			await save('Best', { all: [{ segment: 'VIP' }, { list: 'Import' }] });
			await publish({ 'Campaign Trigger': { segment: 'VIP' }, 'Only lists': { all: [{ list: 'import' }, { segment: vip.id }] } });
			await expect(drop('VIP', true)).rejects.toMatchObject({
				code: 'in_use',
				message:
					'The saved segment "VIP" is used by the saved segment "Loyal", the saved segment "Best", "Campaign Trigger" in the published workflow "Abandoned carts", "Only lists" in the published workflow "Abandoned carts".',
			});
			const { usedBy } = await get('VIP');
			expect(usedBy.segments.map(({ name }) => name)).toEqual(['Loyal', 'Best']);
			expect(usedBy.workflows).toEqual([
				{ workflowId: 'w1', workflowName: 'Abandoned carts', nodeId: 'n1', nodeName: 'Campaign Trigger' },
				{ workflowId: 'w1', workflowName: 'Abandoned carts', nodeId: 'n2', nodeName: 'Only lists' },
			]);
			await expect(database().call(deleteList, { reference: 'Import', evenIfUsed: true })).rejects.toThrow(/"Import" is used by the saved segment "Best", "Only lists"/);
			await drop('Loyal');
			await drop('Best');
			await expect(drop('VIP')).rejects.toMatchObject({ code: 'in_use', hint: expect.stringMatching(/Delete Even if Used/) });
			await drop('VIP', true);
			await database().call(deleteList, { reference: 'Import', evenIfUsed: true });
			expect(await database().transact(savedSegments)).toEqual([]);
		});

		it('by a workflow that is published again without them are free', async () => {
			await save('VIP', lyon);
			await publish({ Trigger: { segment: 'VIP' } });
			await publish({ Trigger: lyon });
			await drop('VIP');
		});

		it('by a workflow that was unpublished are free at once; of one whose n8n went down they are not', async () => {
			for (const name of ['A', 'B', 'C']) await save(name, lyon);
			await alive(START + 30_000);
			const { registration } = await publish({ Trigger: { any: [{ segment: 'A' }, { segment: 'B' }, { segment: 'C' }] } });
			await expect(drop('A')).rejects.toMatchObject({ code: 'in_use' });
			await database().call(endUses, { registration, forGood: false });
			await drop('A');
			await expect(drop('B', false, START + 60_000)).rejects.toMatchObject({ code: 'in_use' });
			await database().call(endUses, { registration: 'another', forGood: true });
			await expect(drop('B', false, START + 60_000)).rejects.toMatchObject({ code: 'in_use' });
			await database().call(endUses, { registration, forGood: true });
			await drop('B', false, START + 60_000);
		});

		it('a publication outlives the end of the one before', async () => {
			await save('A', lyon);
			const { registration } = await publish({ Trigger: { segment: 'A' } });
			await publish({ Trigger: { segment: 'A' } }, false);
			await database().call(endUses, { registration, forGood: true });
			await expect(drop('A')).rejects.toMatchObject({ code: 'in_use' });
		});

		describe('by executions of a workflow without a campaign', () => {
			const DAY = 24 * 60 * 60_000;
			const runs = async (rule: Rule, now = START, nodeId = 'n1') =>
				await database().call(recordRunUse, { workflowId: 'w1', workflowName: 'Nightly', nodeId, nodeName: `Find ${nodeId}`, rule }, now);
			const dropList = async (reference: string, now = START) => await database().call(deleteList, { reference }, now);

			it('are not deleted until 35 days after the last of them, unless they are to be all the same', async () => {
				const { id } = await save('A', lyon);
				await save('B', lyon);
				await database().call(createList, { name: 'Import' });
				const rule: Rule = { all: [{ segment: 'a' }, { not: { list: 'Import' } }, { segment: id }, { segment: 'not there' }, { segment: 'B' }] };
				await runs(rule);
				await runs({ segment: 'A' }, START + 3 * DAY, 'n2');
				expect((await get('A', START + 3 * DAY)).usedBy.workflows).toEqual([
					{ workflowId: 'w1', workflowName: 'Nightly', nodeId: 'n1', nodeName: 'Find n1', lastRunAt: START },
					{ workflowId: 'w1', workflowName: 'Nightly', nodeId: 'n2', nodeName: 'Find n2', lastRunAt: START + 3 * DAY },
				]);
				await expect(drop('A', false, START + 3 * DAY)).rejects.toMatchObject({
					code: 'in_use',
					message: 'The saved segment "A" is used by "Find n1" in the workflow "Nightly" (last run on 2026-03-02), "Find n2" in the workflow "Nightly" (last run on 2026-03-05).',
					hint: expect.stringMatching(/counts for 35 days after its last run\. .*"Delete Even if Used by Workflows"/),
				});
				await expect(dropList('Import', START + 35 * DAY - 1)).rejects.toMatchObject({ code: 'in_use' });
				await dropList('Import', START + 35 * DAY);
				await drop('B', true);
				await runs({ segment: 'A' }, START + 30 * DAY, 'n2');
				await expect(drop('A', false, START + 60 * DAY)).rejects.toThrow(/"A" is used by "Find n2" in the workflow "Nightly" \(last run on 2026-04-01\)\.$/);
				await drop('A', false, START + 65 * DAY);
			});

			it('protect what is within them', async () => {
				await save('Inner', lyon);
				await save('Outer', { segment: 'Inner' });
				await runs({ segment: 'Outer' });
				await expect(drop('Outer')).rejects.toMatchObject({ code: 'in_use' });
				await expect(drop('Inner')).rejects.toMatchObject({ code: 'in_use' });
			});

			it('forget in the store what counts no more', async () => {
				await save('A', lyon);
				await runs({ segment: 'A' });
				await runs({ segment: 'A' }, START + 35 * DAY, 'n2');
				expect(await database().transact(async (tx) => await tx.all('SELECT node_id FROM segment_use'))).toEqual([{ node_id: 'n2' }]);
			});

			it('count after a publication has ended, and not besides it', async () => {
				await save('A', lyon);
				await alive(START + 90 * DAY);
				const { registration } = await publish({ 'Find n1': { segment: 'A' } });
				await runs({ segment: 'A' });
				expect((await get('A')).usedBy.workflows).toEqual([expect.not.objectContaining({ lastRunAt: expect.anything() })]);
				await database().call(endUses, { registration, forGood: false });
				expect((await get('A')).usedBy.workflows).toEqual([]);
				await runs({ segment: 'A' });
				await database().call(endUses, { registration, forGood: true });
				expect((await get('A')).usedBy.workflows).toMatchObject([{ lastRunAt: START }]);
				const again = await publish({ 'Find n1': lyon });
				await database().call(endUses, { registration: again.registration, forGood: true });
				await drop('A');
			});
		});

		it('what a publisher names must be there; what n8n starts again need not', async () => {
			await expect(publish({ Trigger: { segment: 'A' } })).rejects.toMatchObject({ code: 'unknown_reference' });
			await expect(publish({ Trigger: lyon, 'Only lists': { list: 'A' } })).rejects.toThrow(/^"Only lists": The segment rule cannot be used: list: there is no custom list called "A"/);
			await expect(publish({ Trigger: { segment: 'A' } }, false)).resolves.toMatchObject({ created: false });
		});

		it('a campaign keeps the id: a rename, and another segment of the old name, change nothing', async () => {
			const { id } = await save('A', lyon);
			await publish({ Trigger: { segment: 'a' } });
			const row = await database().transact(async (tx) => await tx.get<{ definition: string }>('SELECT definition FROM run'));
			expect(JSON.parse(row?.definition ?? '{}')).toMatchObject({ segment: { segment: id } });
		});
	});
});
