import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { CampaignReport } from '../../../nodes/CampaignReport/CampaignReport.node';
import { ManualClock } from '../../../engine/clock';
import { everyState, type Situation } from '../../engine/reports/situation';
import { addPeople, CAMPAIGN_ID, startRun } from '../../support/campaign';
import { execute, loadList, type ExecuteOptions } from '../../support/n8n-core';
import { useNodeStore } from '../../support/node-store';

describe('Campaign Report', () => {
	const store = useNodeStore();
	/** The node's store runs on the system's clock: nothing here waits for a time. */
	const situation = async (): Promise<Situation> => await everyState(store(), new ManualClock(store().clock.now()));

	const options = (parameters: INodeParameters, extra: IDataObject = {}, workflowId = 'workflow'): ExecuteOptions => ({
		workflow: { id: workflowId, nodes: [{ name: 'Report', type: 'n8n-nodes-campaigns.campaignReport', parameters, ...extra }], connections: {} },
		nodes: [CampaignReport],
	});
	const run = async (parameters: INodeParameters, items: IDataObject[] = [{}], extra: IDataObject = {}, workflowId?: string) => {
		const execution = await execute({ ...options(parameters, extra, workflowId), items: items.map((json) => ({ json })) });
		return { error: execution.error, json: execution.json('Report'), items: execution.items('Report') };
	};

	it('reports on the latest run of its own workflow, in words', async () => {
		const { run: number } = await situation();
		const { json, error } = await run({});
		expect(error).toBeUndefined();
		expect(json).toEqual([{
			campaignId: CAMPAIGN_ID, campaignName: 'Test campaign', run: number, runKey: 'now first', state: 'running',
			scheduledAt: expect.stringMatching(/^\d{4}-.*Z$/) as string, startedAt: expect.stringMatching(/Z$/) as string, finishedAt: null,
			qualified: 12, entered: 8, waiting: 6, heldNow: 2, sent: 1, unknown: 1, notSent: 4, failed: 1,
			reasons: {
				'Do-not-disturb hours': 1, 'Invalid recipient': 1, 'Left the workflow without a message': 1,
				'Profile not reachable (no address, or opted out)': 1,
			},
			conversions: 0, conversionEvents: 0, revenue: null, conversionRatePercent: null,
			summary: '12 qualified: 1 sent, 4 not sent, 6 waiting, 1 unknown; 0 converted',
		}]);
	});

	it("takes the item's run, else the latest; a given run; or all", async () => {
		const people = await addPeople(store(), 2);
		const first = await startRun(store(), people, { runKey: 'a' });
		await new Promise((resolve) => setTimeout(resolve, 5));
		const second = await startRun(store(), people, { runKey: 'b' });
		const runs = async (parameters: INodeParameters, items?: IDataObject[]) => (await run(parameters, items)).json.map((row) => row.run);
		const overItem = { run: { run: first, state: 'finished' }, campaign: { id: CAMPAIGN_ID, name: 'x' } };
		expect(await runs({}, [overItem, { campaign: { run: first } }, { run: first }, { other: 1 }])).toEqual([first, first, first, second]);
		expect(await runs({ runFrom: 'latest' }, [overItem])).toEqual([second]);
		expect(await runs({ runFrom: 'number', run: first })).toEqual([first]);
		expect(await runs({ runFrom: 'all' })).toEqual([second, first]);
		expect(await runs({ operation: 'runs' })).toEqual([second, first]);
		expect(await runs({ operation: 'runs', limit: 1 })).toEqual([second]);
		expect((await run({ campaignFrom: 'chosen', campaign: { mode: 'id', value: CAMPAIGN_ID } }, [{}], {}, 'elsewhere')).json).toMatchObject([{ run: second }]);
	});

	it('reports on the campaign that was chosen, whatever run the item is about', async () => {
		const people = await addPeople(store(), 2);
		const own = await startRun(store(), people);
		const [first, second] = [await startRun(store(), people, { runKey: 'a' }, 'workflow:other'), await startRun(store(), people, { runKey: 'b' }, 'workflow:other')];
		const reported = async (parameters: INodeParameters, item: IDataObject) => await run({ campaignFrom: 'chosen', campaign: { mode: 'id', value: 'workflow:other' }, ...parameters }, [item]);
		expect((await reported({}, { campaign: { run: own } })).json).toMatchObject([{ campaignId: 'workflow:other', run: second }]);
		expect((await reported({}, { run: first })).json).toMatchObject([{ campaignId: 'workflow:other', run: first }]);
		expect((await reported({ runFrom: 'number', run: first }, {})).json).toMatchObject([{ run: first }]);
		expect((await reported({ runFrom: 'number', run: own }, {})).error?.message).toBe(`There is no run ${own} of this campaign.`);
	});

	it('lists the people of a run, page by page, up to a limit', async () => {
		const { ids } = await situation();
		const { json, items } = await run({ operation: 'people', returnAll: true });
		expect(json).toHaveLength(12);
		expect(items.every(({ pairedItem }) => JSON.stringify(pairedItem) === '{"item":0}')).toBe(true);
		expect(json.find(({ id }) => id === ids.dropped)).toMatchObject({
			outcome: 'not_sent', reason: 'dnd_discarded', reasonText: 'Do-not-disturb hours', detail: 'Local time in Europe/Paris', sentAt: null,
		});
		expect(json.find(({ id }) => id === ids.sent)).toMatchObject({ outcome: 'sent', provider: 'Provider A', sentAt: expect.stringMatching(/Z$/) as string });
		expect((await run({ operation: 'people', limit: 5 })).json).toEqual(json.slice(0, 5));
	});

	it('tells why one person did or did not get it', async () => {
		const { ids, run: number } = await situation();
		const { json } = await run({ operation: 'story' }, [{ user: { id: ids.dropped } }, { user: { id: 'nobody' } }]);
		expect(json[0]).toMatchObject({
			user: { id: ids.dropped }, known: true, run: number, outcome: 'not_sent', reason: 'dnd_discarded',
			summary: 'Not sent: Do-not-disturb hours (Local time in Europe/Paris)',
		});
		expect((json[0]?.steps as IDataObject[]).map(({ text }) => text)).toContain('Ended at "quiet hours", not sent: Do-not-disturb hours (Local time in Europe/Paris)');
		expect(json[0]?.story).toMatch(/Z Qualified for the run\n[^]*\nNot sent: /);
		expect(json[1]).toMatchObject({ known: false, summary: 'Nobody with the user ID "nobody" is known: they never were in this store, or have been erased.' });
	});

	describe('as a CSV file', () => {
		async function csv(parameters: INodeParameters): Promise<{ json: IDataObject; lines: string[] }> {
			const { items } = await run({ output: 'csv', ...parameters });
			expect(items).toHaveLength(1);
			const file = items[0]?.binary?.data;
			expect(file).toMatchObject({ mimeType: 'text/csv', fileExtension: 'csv' });
			const text = Buffer.from(file?.data ?? '', 'base64').toString();
			return { json: items[0]?.json ?? {}, lines: text.split('\r\n') };
		}

		it('keeps the report on the item and writes it as a line', async () => {
			await situation();
			const { json, lines } = await csv({});
			expect(json).toMatchObject({ qualified: 12, sent: 1 });
			expect(lines).toHaveLength(3);
			expect(lines[0]).toMatch(/^campaignId,campaignName,run,.*,conversionRatePercent,controlPeople,.*,controlConversionRatePercent$/);
			expect(lines[1]).toMatch(/^workflow:trigger,Test campaign,\d+,now first,running,/);
			expect(lines[1]).toContain('Do-not-disturb hours: 1');
		});

		it('writes a line per person, and no formula', async () => {
			const people = await addPeople(store(), 1);
			await store().call('ingest', { profiles: [{ id: '=HYPERLINK("http://x")', phone: '+33' }] });
			await startRun(store(), [...people, (people[0] as number) + 1]);
			const { json, lines } = await csv({ operation: 'people', returnAll: true });
			expect(json).toMatchObject({ rows: 2 });
			expect(lines[0]).toBe('run,id,outcome,reason,reasonText,detail,provider,messageId,sentAt');
			expect(lines.slice(1, 3).map((line) => line.split(',held,')[0]).sort()).toEqual([expect.stringMatching(/^\d+,"'=HYPERLINK\(""http:\/\/x""\)"$/), expect.stringMatching(/^\d+,p1$/)]);
			expect(lines[3]).toBe('');
		});
	});

	it('lists the campaigns to choose from', async () => {
		await situation();
		const list = async (filter?: string) => await loadList({ ...options({}), node: 'Report', method: 'searchCampaigns', filter });
		expect(await list()).toEqual([{ name: 'Test campaign', value: CAMPAIGN_ID }]);
		expect(await list('TEST')).toHaveLength(1);
		expect(await list('other')).toEqual([]);
	});

	const failing: Array<[string, INodeParameters, RegExp]> = [
		['a workflow that never was published', {}, /There is no run to report/],
		['a run that does not exist', { runFrom: 'number', run: 9 }, /There is no run 9 in this store/],
		['the people of a run that does not exist', { operation: 'people', runFrom: 'number', run: 9 }, /There is no run 9 in this store/],
		['the story of nobody in particular', { operation: 'story', userId: '={{ "" }}' }, /The user ID is empty/],
		['no campaign chosen', { campaignFrom: 'chosen', campaign: { mode: 'id', value: '={{ " " }}' } }, /No campaign is chosen/],
	];
	it.each(failing)('says what is wrong with %s', async (_name, parameters, message) => {
		expect((await run(parameters)).error?.message).toMatch(message);
	});

	it('goes on with other items when told to continue on failure', async () => {
		const { run: number } = await situation();
		const { json } = await run({}, [{ run: 99 }, { run: number }], { onError: 'continueRegularOutput' });
		expect(json).toMatchObject([{ error: expect.stringMatching(/no run 99/) as string }, { run: number, qualified: 12 }]);
	});
});
